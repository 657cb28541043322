// Zones for tests of sockets: "web" with three instances and "big" with 200, in hap.test; the SOA's
// serial is the revision's number, and each instance of "web" has it as its port.
#pragma once

#include <memory>
#include <string>

#include "dns/zone_builder.h"

namespace pointsman::test {

inline registry::Service service_of(unsigned network, unsigned count, std::uint16_t port) {
  registry::Service service;
  for (unsigned i = 1; i <= count; ++i) {
    registry::Instance instance;
    instance.id = std::to_string(1000 + i);
    instance.address =
        *IpAddress::parse("10.0." + std::to_string(network) + "." + std::to_string(i));
    instance.port = port;
    service.instances.push_back(instance);
  }
  return service;
}

inline std::shared_ptr<const dns::Zones> small_zones(std::uint32_t revision = 1) {
  dns::ZoneSpec spec;
  spec.zones = {"hap.test"};
  registry::Revision of;
  of.number = revision;
  of.services["web"] = service_of(0, 3, static_cast<std::uint16_t>(revision));
  of.services["big"] = service_of(1, 200, 8080);
  return dns::build_zones(spec, of).zones;
}

}  // namespace pointsman::test
