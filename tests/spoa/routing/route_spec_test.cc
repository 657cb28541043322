#include "routing/route_spec.h"

#include <catch2/catch.hpp>
#include <functional>

using namespace pointsman::routing;

namespace {

std::string backend_of(const std::string& gateway_name, const std::string& route_name) {
  GatewaySpec gateway;
  gateway.name = gateway_name;
  RouteSpec route;
  route.name = route_name;
  return backend_name(gateway, route);
}

}  // namespace

TEST_CASE("A route's backend is named after gateway and route, in letters that HAProxy takes") {
  CHECK(backend_of("shop", "v1") == "shop__v1");
  CHECK(backend_of("shop/web", "shop/v1") == "shop-web__shop-v1");
  CHECK(backend_of("shop", "[192.0.2.10:80]") == "shop__-192.0.2.10-80-");
  CHECK(backend_of("a.b_c-d", "ä") == "a.b_c-d__--");
}

TEST_CASE("A route that has nothing else goes to the service that it names, or of its own name") {
  RouteSpec route;
  route.name = "web";
  REQUIRE(service_of(route) != nullptr);
  CHECK(*service_of(route) == "web");
  route.service = SpecText{"db", {}};
  CHECK(*service_of(route) == "db");
  for (const auto& lead : std::vector<std::function<void(RouteSpec&)>>{
           [](RouteSpec& r) {
             r.instances.push_back({"10.0.0.1", 80, 100, false, {}});
           },
           [](RouteSpec& r) { r.discover = DiscoverSpec{}; },
           [](RouteSpec& r) {
             r.backend = SpecText{"be", {}};
           },
           [](RouteSpec& r) {
             r.gateway = SpecText{"other", {}};
           },
           [](RouteSpec& r) { r.name = "[192.0.2.10:80]"; }}) {
    RouteSpec elsewhere = route;
    lead(elsewhere);
    CHECK(service_of(elsewhere) == nullptr);
  }
}

TEST_CASE("A route with a backend of the user's own keeps its name") {
  GatewaySpec gateway;
  gateway.name = "shop";
  RouteSpec route;
  route.name = "legacy";
  route.backend = SpecText{"be_legacy", {}};
  CHECK(backend_name(gateway, route) == "be_legacy");
}
