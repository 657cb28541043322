// The responder with a registry of so many services and instances: what dns_bench.py asks.
//   dns_server ADDRESS:PORT WORKERS SERVICES INSTANCES
// It serves until it is stopped by a signal.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "dns/responder/responder.h"
#include "dns/zone_builder.h"

namespace {

using namespace pointsman;

// dns_bench.py writes the same as a zone file for other servers.
registry::Revision revision_of(unsigned services, unsigned instances) {
  registry::Revision revision;
  revision.number = 1;
  for (unsigned service = 0; service < services; ++service) {
    registry::Service& of = revision.services[fmt::format("s{}", service)];
    for (unsigned i = 0; i < instances; ++i) {
      const unsigned place = service * instances + i;
      registry::Instance instance;
      instance.id = fmt::format("i{:05}", i);
      instance.address = *IpAddress::parse(
          fmt::format("10.{}.{}.{}", place >> 16, (place >> 8) & 255, place & 255));
      instance.port = 8080;
      of.instances.push_back(instance);
    }
  }
  return revision;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const auto number = [&](int index) {
    return static_cast<unsigned>(std::strtoul(arguments[index], nullptr, 10));
  };
  dns::ResponderOptions options;
  options.listen = {ListenAddress::parse(arguments[1]).value()};
  options.workers = number(2);
  Published<dns::Zones> zones;
  dns::ZoneSpec spec;
  spec.zones = {"hap.test"};
  zones.publish(dns::build_zones(spec, revision_of(number(3), number(4))).zones);
  const auto responder = dns::Responder::start(options, zones);
  if (!responder) {
    fmt::print(stderr, "{}\n", responder.error().message);
    return 1;
  }
  pause();
}
