// What an asker's address entitles it to: long datagrams for this machine and private networks,
// short ones for strangers, whose address may be forged (an answer of 1232 bytes fits every path in
// one packet); and to have names of others looked up, for the networks that are allowed to. The
// list of those is empty by default, so that nobody finds an open resolver here.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "dns/answer.h"

namespace pointsman::dns {

// Loopback, link-local and private addresses (RFC 1918, 3927, 4193, 4291).
bool is_local(const IpAddress& address);

class AskerPolicy {
 public:
  explicit AskerPolicy(std::vector<IpNetwork> may_forward) : may_forward_(std::move(may_forward)) {}

  Asker describe(const IpAddress& address, bool over_tcp, UnixSeconds now) const;

 private:
  std::vector<IpNetwork> may_forward_;
};

}  // namespace pointsman::dns
