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

TEST_CASE("Routes to services of the registry are not warned about") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route a -\n route b -\n route c -");
  for (RouteSpec& route : spec.routes) route.instances.clear();
  spec.routes[0].service = SpecText{"shop-v1", {}};
  spec.routes[1].discover = DiscoverSpec{"shop.internal", 80, std::chrono::seconds(2)};
  CHECK(warnings(spec) == "");
}

TEST_CASE("Scripts are warned about wherever they stand") {
  CHECK(warnings(test::gateway_spec(R"(
      gateway shop
        route a - if path is /x or not script(vip)
          rewrite /y if not script(old)
      )")) ==
        "routes.a.condition: scripts are not run yet: script(vip) is always false\n"
        "routes.a.rewrites: scripts are not run yet: script(old) is always false\n");
}
