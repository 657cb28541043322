#include "render/agents.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pointsman;
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

TEST_CASE("the bridge is told of all addresses in one word, as HAProxy sees them") {
  render::Options options;
  CHECK(*render::plan_table_agents(options) == "unix@/pointsman/table.sock");
  options.table_agents.push_back("192.0.2.1:9013");
  options.table_agents.push_back("[2001:db8::1]:9013");
  const auto addresses = render::plan_table_agents(options);
  REQUIRE(addresses);
  CHECK(*addresses == "unix@/pointsman/table.sock,192.0.2.1:9013,[2001:db8::1]:9013");
  options.table_agents.clear();
  CHECK(render::plan_table_agents(options)->empty());
}

TEST_CASE("the bridge cannot be told of a name, or of a socket outside the chroot") {
  render::Options options;
  const auto address =
      GENERATE(as<std::string>{}, "agent.internal:9013", "unix:/run/table.sock", "192.0.2.1", "");
  options.table_agents = {address};
  CHECK_FALSE(render::plan_table_agents(options));
}
