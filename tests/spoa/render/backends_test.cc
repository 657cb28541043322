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
