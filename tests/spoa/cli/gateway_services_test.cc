#include "cli/gateway_services.h"

#include <catch2/catch.hpp>

#include "config/gateway_files.h"
#include "config/gateway_store.h"

using namespace pointsman;
using namespace std::chrono_literals;

namespace {

struct Found {
  cli::GatewayServices services;
  std::string warnings;
};

Found found(const std::string& yaml) {
  Diagnostics diagnostics;
  config::GatewayStore store("");
  const auto load =
      store.load({config::parse_gateway_file("g.yaml", yaml, diagnostics)}, diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  Diagnostics warnings;
  Found result{cli::services_of(*load.table, warnings), ""};
  for (const Diagnostic& item : warnings.items()) result.warnings += to_text(item) + "\n";
  return result;
}

std::string text_of(const registry::Services& services) {
  std::string text;
  for (const auto& [name, service] : services) {
    text += name + ":";
    for (const auto& each : service.instances) {
      text += " " + each.id + "*" + std::to_string(each.weight);
    }
    text += ";";
  }
  return text;
}

}  // namespace

TEST_CASE("a route's own instances are the service of gateway and route") {
  const Found f = found(R"(
name: shop
routes:
  shop/v1: {weight: 100%, instances: ["10.0.0.2:80", {address: 10.0.0.1, port: 80, weight: 50}]}
  v2: {weight: 0%, instances: ["10.0.0.3:80", "web.internal:80", "10.0.0.3:80"]}
  v3: {weight: 0%, backend: be}
  v4: {weight: 0%, service: db}
  v5: {weight: 0%}
  "[192.0.2.10:80]": {weight: 0%}
)");
  CHECK(text_of(f.services.services) ==
        "shop-v1: 10.0.0.1-80*50 10.0.0.2-80*100;shop-v2: 10.0.0.3-80*100;");
  CHECK(f.services.targets.empty());
  CHECK(f.warnings.empty());
}

TEST_CASE("what a route wants found by DNS is a target of its service") {
  const Found f = found(R"(
name: shop
routes:
  v1: {weight: 100%, discover: {dns: web, port: 3000, every: 5s}}
  v2: {weight: 0%, discover: {dns: _web._tcp.x}}
  v3: {weight: 0%, discover: {dns: web}}
)");
  CHECK(text_of(f.services.services) == "shop-v1:;shop-v2:;shop-v3:;");
  const std::vector<discovery::Target> targets{{"shop-v1", "web", 3000, 5s},
                                               {"shop-v2", "_web._tcp.x", 0, 2s}};
  CHECK(f.services.targets == targets);
  CHECK(f.warnings ==
        "g.yaml:6:3: warning: routes.v3: nothing is found by 'discover' without a port\n");
}

TEST_CASE("services that no file has are noted once each, with the known one that is near") {
  Diagnostics diagnostics;
  config::GatewayStore store("");
  const auto load = store.load({config::parse_gateway_file("g.yaml", R"(
name: shop
routes:
  web: {weight: 100%}
  v1: {weight: 0%, service: wbe}
  v2: {weight: 0%, service: wbe}
  v3: {weight: 0%, service: billing}
  v4: {weight: 0%, backend: be}
  v5: {weight: 0%, instances: ["10.0.0.1:80"]}
  "[192.0.2.10:80]": {weight: 0%}
)",
                                                           diagnostics)},
                               diagnostics);
  cli::tell_unknown_services(*load.table, {"web", "db"}, diagnostics);
  std::string notes;
  for (const Diagnostic& item : diagnostics.items()) notes += to_text(item) + "\n";
  CHECK(notes ==
        "g.yaml:5:29: note: routes.v1: no file has the service 'wbe': until somebody registers it, "
        "the route has no server; did you mean 'web'?\n"
        "g.yaml:7:29: note: routes.v3: no file has the service 'billing': until somebody registers "
        "it, the route has no server\n");
}

TEST_CASE("two routes of one service, and a name that is none, are warned about") {
  const std::string longest(60, 'v');
  const Found f = found(
      "name: shop\nroutes:\n"
      "  v1: {weight: 100%, instances: ['10.0.0.1:80']}\n"
      "  shop/v1: {weight: 0%, instances: ['10.0.0.2:80']}\n"
      "  " +
      longest + ": {weight: 0%, instances: ['10.0.0.3:80']}\n");
  CHECK(text_of(f.services.services) == "shop-v1: 10.0.0.1-80*100;");
  CHECK(f.warnings ==
        "g.yaml:4:3: warning: routes.shop/v1: its instances are no service of the registry: "
        "another route is the service shop-v1\n"
        "g.yaml:5:3: warning: routes." +
            longest +
            ": its instances are no service of the "
            "registry: a service's name has at most 63 bytes\n");
}
