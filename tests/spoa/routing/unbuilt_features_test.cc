#include "routing/unbuilt_features.h"

#include <catch2/catch.hpp>

#include "routing/compile.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string warnings(const GatewaySpec& spec) {
  Diagnostics diagnostics;
  REQUIRE(compile(spec, diagnostics) != nullptr);
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    CHECK(item.severity == Severity::kWarning);
    lines += item.key + ": " + item.message + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("What works is not warned about") {
  CHECK(warnings(test::gateway_spec(R"(
      gateway shop sticky host=shop.example.com by=src
        route a 50% at 10% if user-agent == Firefox
          rewrite /x if path is /y
        route b 50% backend=be
      )")) == "");
}

TEST_CASE("A tcp gateway is warned about") {
  GatewaySpec spec = test::gateway_spec("gateway db\n route a -");
  spec.protocol = GatewaySpec::Protocol::kTcp;
  CHECK(warnings(spec) == "port: tcp gateways are not served yet\n");
}

TEST_CASE("Instances that nothing looks up yet are warned about") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route a -\n route b -\n route c -");
  for (RouteSpec& route : spec.routes) route.instances.clear();
  spec.routes[0].service = SpecText{"shop-v1", {}};
  spec.routes[1].discover = DiscoverSpec{"shop.internal", 80, std::chrono::seconds(2)};
  const std::string text = warnings(spec);
  CHECK(text.find("routes.a.service: services are not looked up yet") != std::string::npos);
  CHECK(text.find("'service: shop-v1'") != std::string::npos);
  CHECK(text.find("routes.b.discover: discovery by DNS is not built yet") != std::string::npos);
  CHECK(text.find("routes.c: the route means the service of its name") != std::string::npos);
}

TEST_CASE("A route named by its address has its instance") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route [192.0.2.10:80] -");
  spec.routes[0].instances.clear();
  CHECK(warnings(spec) == "");
}

TEST_CASE("Scripts and raw ACLs are warned about wherever they stand") {
  CHECK(warnings(test::gateway_spec(R"(
      gateway shop
        route a - if path is /x or not script(vip)
          rewrite /y if < dst_port 80 >
      )")) ==
        "routes.a.condition: scripts are not run yet: script(vip) is always false\n"
        "routes.a.rewrites: HAProxy ACLs are not evaluated yet: <dst_port 80> is always false\n");
}
