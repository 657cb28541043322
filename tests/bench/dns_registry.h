// A registry of so many services and instances, which the programs here serve; dns_bench.py writes
// the same as a zone file for other servers.
#pragma once

#include <fmt/core.h>

#include "dns/zone_builder.h"
#include "registry/revision.h"

namespace pointsman::bench {

inline std::string service_name(unsigned service) { return fmt::format("s{}", service); }

inline registry::Instance instance_of(unsigned service, unsigned index, unsigned instances) {
  const unsigned place = service * instances + index;
  registry::Instance instance;
  instance.id = fmt::format("i{:05}", index);
  instance.address =
      *IpAddress::parse(fmt::format("10.{}.{}.{}", place >> 16, (place >> 8) & 255, place & 255));
  instance.port = 8080;
  return instance;
}

inline registry::Revision revision_of(unsigned services, unsigned instances) {
  registry::Revision revision;
  revision.number = 1;
  for (unsigned service = 0; service < services; ++service) {
    registry::Service& of = revision.services[service_name(service)];
    for (unsigned i = 0; i < instances; ++i) {
      of.instances.push_back(instance_of(service, i, instances));
    }
  }
  return revision;
}

inline std::shared_ptr<const dns::Zones> zones_of(unsigned services, unsigned instances) {
  dns::ZoneSpec spec;
  spec.zones = {"hap.test"};
  return dns::build_zones(spec, revision_of(services, instances)).zones;
}

}  // namespace pointsman::bench
