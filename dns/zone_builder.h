// Makes zones of a revision of the registry and of the gateways (docs/dns.md lists the names). What
// cannot be a name is left out with a note, and never more than that: zones come of any input.
//
//   <service>.service.<zone>             _<service>._tcp.service.<zone>
//   <tag>.<service>.service.<zone>       _<tag>._<service>._tcp.service.<zone>
//   <hex address>-<hex port>.addr.<zone> one name for each address and port, since HAProxy fills
//                                        only one slot for each target and address
//   <segments reversed>.gateway.<zone>   and a gateway's virtual hosts, by CNAME
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dns/zone_spec.h"
#include "dns/zones.h"
#include "registry/revision.h"

namespace pointsman::dns {

struct BuiltZones {
  std::unique_ptr<const Zones> zones;  // never null
  std::vector<std::string> left_out;   // "name: why", for the log
};

BuiltZones build_zones(const ZoneSpec& spec, const registry::Revision& revision);

}  // namespace pointsman::dns
