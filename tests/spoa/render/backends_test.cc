#include "render/backends.h"

#include <catch2/catch.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Matchers::Contains;

TEST_CASE("the whitelist holds each backend of http routes once, in order") {
  auto other = gateway("other", {route("other/v1", 50, {}), route("other/v2", 50, {})});
  other.routes[0].backend = routing::SpecText{"be_legacy", {}};
  other.routes[1].backend = routing::SpecText{"be_legacy", {}};
  other.port = 9000;
  const auto names = render::plan_whitelist(*table_of({shop(), other}));
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"be_legacy", "shop__shop-v1", "shop__shop-v2"});
}

TEST_CASE("a backend of the user's has no section") {
  auto spec = shop();
  spec.routes[0].backend = routing::SpecText{"be_legacy", {}};
  spec.routes[0].instances.clear();
  const auto backends = render::plan_backends(*table_of({spec}));
  REQUIRE(backends);
  REQUIRE(backends->size() == 1);
  CHECK(backends->front().backend == "shop__shop-v2");
}

TEST_CASE("a route that lists no instances goes to a service") {
  auto spec = shop();
  spec.routes[0].instances.clear();
  spec.routes[1].instances.clear();
  spec.routes[1].service = routing::SpecText{"web", {}};
  const auto backends = render::plan_backends(*table_of({spec}));
  REQUIRE(backends);
  REQUIRE(backends->size() == 2);
  CHECK(backends->front().service == "shop-v1");  // named like the route
  CHECK(backends->back().service == "web");
  CHECK(backends->back().servers.empty());
}

TEST_CASE("a route that discovers its instances goes to the service that the agent makes of them") {
  auto spec = gateway("shop", {route("v1", 100, {})});
  spec.routes[0].discover = routing::DiscoverSpec{"web.internal", 80, std::chrono::seconds(2)};
  const auto backends = render::plan_backends(*table_of({spec}));
  REQUIRE(backends);
  CHECK(backends->front().service == "shop-v1");
}

TEST_CASE("a service's name is a DNS label, at most 63 bytes") {
  for (const std::size_t size : {63, 64}) {
    auto spec = shop();
    spec.routes[0].instances.clear();
    spec.routes[0].service = routing::SpecText{std::string(size, 'a'), {}};
    const auto backends = render::plan_backends(*table_of({spec}));
    CHECK(bool(backends) == (size == 63));
    if (!backends) CHECK_THAT(backends.error().message, Contains("at most 63 bytes"));
  }
}
