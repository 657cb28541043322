#include "dns/responder/asker_policy.h"

#include <algorithm>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

std::vector<IpNetwork> local_networks() {
  std::vector<IpNetwork> networks;
  for (const char* text : {"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                           "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10"}) {
    networks.push_back(*IpNetwork::parse(text));
  }
  return networks;
}

bool contains(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace

bool is_local(const IpAddress& address) {
  static const std::vector<IpNetwork> kNetworks = local_networks();
  return contains(kNetworks, address);
}

Asker AskerPolicy::describe(const IpAddress& address, bool over_tcp, UnixSeconds now) const {
  return {.over_tcp = over_tcp,
          .datagram_max =
              is_local(address) ? limits::kDatagramBytesLocal : limits::kDatagramBytesStranger,
          .may_forward = contains(may_forward_, address),
          .address = address,
          .now_seconds = static_cast<std::uint32_t>(now)};
}

}  // namespace pointsman::dns
