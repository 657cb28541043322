// What the zones are built from, besides the registry's revision: settings, and the gateways as far
// as DNS sees them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace pointsman::dns {

struct Nameserver {
  std::string name;
  std::vector<IpAddress> addresses = {};  // answered if the name is in one of the zones

  bool operator==(const Nameserver&) const = default;
};

struct GatewayNames {
  std::string name;                     // with '/' between segments
  std::vector<std::string> hosts = {};  // virtual hosts; those outside of the zones are passed over
  std::uint16_t port = 0;               // 0: no SRV
  std::vector<IpAddress> addresses = {};  // advertised: where HAProxy's nodes are
  std::string alias = {};                 // instead of addresses: the name where they are known

  bool operator==(const GatewayNames&) const = default;
};

struct ZoneSpec {
  // The first has services, addresses and gateways; each may have virtual hosts.
  std::vector<std::string> zones = {"pointsman.internal"};
  std::chrono::seconds ttl{5};
  std::vector<Nameserver> nameservers = {};  // none: "ns" in the first zone, without an address
  std::vector<IpNetwork> reverse = {};       // whose addresses have a PTR
  std::vector<GatewayNames> gateways = {};

  bool operator==(const ZoneSpec&) const = default;
};

}  // namespace pointsman::dns
