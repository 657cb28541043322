// The responder with a registry of so many services and instances: what dns_bench.py asks.
//   dns_server ADDRESS:PORT WORKERS SERVICES INSTANCES
// It serves until it is stopped by a signal.
#include <unistd.h>

#include <cstdlib>

#include "dns/responder/responder.h"
#include "dns_registry.h"

using namespace pointsman;

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const auto number = [&](int index) {
    return static_cast<unsigned>(std::strtoul(arguments[index], nullptr, 10));
  };
  dns::ResponderOptions options;
  options.listen = {ListenAddress::parse(arguments[1]).value()};
  options.workers = number(2);
  Published<dns::Zones> zones;
  zones.publish(bench::zones_of(number(3), number(4)));
  const auto responder = dns::Responder::start(options, zones);
  if (!responder) {
    fmt::print(stderr, "{}\n", responder.error().message);
    return 1;
  }
  pause();
}
