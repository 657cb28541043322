// Random gateways, requests that fit them more or less, and tokens that visitors could bring back
// or make up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "routing/request.h"
#include "routing/route_table.h"
#include "routing/token_view.h"
#include "tests/support/random_condition.h"

namespace pointsman::test {

inline constexpr UnixSeconds kDifferentialNow = 1750000000;

// A request and the time of its decision.
struct Visit {
  std::string gateway, method, scheme, host, path, query, sni;
  std::optional<IpAddress> src;
  std::optional<std::uint32_t> port;
  std::vector<std::pair<std::string, std::string>> headers;  // in order
  std::vector<routing::RawAclFact> raw_acls;
  UnixSeconds now = kDifferentialNow;

  // Borrows from this object and `block`.
  routing::Request as_request(ByteBuffer& block) const;
  std::string as_text() const;  // to print
};

// In quotes, what can't be printed as \xNN.
std::string shown(std::string_view text);

// In the words of tests/support/gateway_text.h.
std::string random_gateways(Random& random);

Visit random_visit(Random& random, const routing::RouteTable& table,
                   const std::vector<routing::StickyKey>& keys);

}  // namespace pointsman::test
