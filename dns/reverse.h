// Names by which addresses are looked up: 1.0.0.10.in-addr.arpa (RFC 1035 section 3.5) and the
// nibbles below ip6.arpa (RFC 3596 section 2.5).
#pragma once

#include <vector>

#include "base/ip_address.h"
#include "dns/name.h"

namespace pointsman::dns {

Name reverse_name(const IpAddress& address);

// The apexes of the zones that hold just the names of a network's addresses: several if its prefix
// ends inside of a label (172.16.0.0/12 has 16).
std::vector<Name> reverse_apexes(const IpNetwork& network);

}  // namespace pointsman::dns
