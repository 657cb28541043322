#include "render/backends.h"

#include <catch2/catch.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Matchers::Contains;

namespace {

Result<std::vector<render::ServerLine>> agents(const std::string& chroot,
                                               const std::string& agent) {
  render::Options options;
  options.chroot = chroot;
  options.agents = {agent};
  return render::plan_agents(options);
}

}  // namespace

TEST_CASE("an agent's socket is named as HAProxy sees it inside its chroot") {
  const auto inside = agents("/var/lib/haproxy", "unix:/var/lib/haproxy/pointsman/spop.sock");
  REQUIRE(inside);
  CHECK(inside->front().address == "unix@/pointsman/spop.sock");
  const auto without = agents("", "unix:/run/pointsman.sock");
  REQUIRE(without);
  CHECK(without->front().address == "unix@/run/pointsman.sock");
}

TEST_CASE("a socket outside the chroot is refused") {
  const auto path = GENERATE(as<std::string>{}, "unix:/run/spop.sock",
                             "unix:/var/lib/haproxy2/spop.sock", "unix:/var/lib/haproxy/");
  const auto lines = agents("/var/lib/haproxy", path);
  REQUIRE_FALSE(lines);
  CHECK_THAT(lines.error().message, Contains("must lie below it"));
}

TEST_CASE("an agent known by name does not keep HAProxy from starting") {
  CHECK(agents("", "agent.internal:9012")->front().named);
  CHECK_FALSE(agents("", "192.0.2.1:9012")->front().named);
  CHECK_FALSE(agents("", "[2001:db8::1]:9012")->front().named);
}

TEST_CASE("an agent is a socket or host and port") {
  const auto text = GENERATE(as<std::string>{}, "agent", ":9012", "agent:", "unix:spop.sock", "");
  CHECK_FALSE(agents("", text));
}

TEST_CASE("no agent at all is an error") {
  render::Options options;
  options.agents.clear();
  CHECK_FALSE(render::plan_agents(options));
}

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
