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
  CHECK(render::plan_table_agents(options)->addresses == "unix@/pointsman/table.sock");
  options.table_agents.push_back("192.0.2.1:9013");
  options.table_agents.push_back("[2001:db8::1]:9013");
  const auto addresses = render::plan_table_agents(options);
  REQUIRE(addresses);
  CHECK(addresses->addresses == "unix@/pointsman/table.sock,192.0.2.1:9013,[2001:db8::1]:9013");
  options.table_agents.clear();
  CHECK(render::plan_table_agents(options)->addresses.empty());
}

TEST_CASE("the bridge cannot be told of a name, or of a socket outside the chroot") {
  render::Options options;
  const auto address =
      GENERATE(as<std::string>{}, "agent.internal:9013", "unix:/run/table.sock", "192.0.2.1", "");
  options.table_agents = {address};
  CHECK_FALSE(render::plan_table_agents(options));
}

namespace {

render::Options with_tls(const std::string& agent) {
  render::Options options;
  options.agents = {agent};
  options.table_agents = {agent};
  options.agent_ca = "/etc/ca.pem";
  options.agent_certificate = "/etc/own.pem";
  return options;
}

}  // namespace

TEST_CASE("an agent by TLS must show the name that was meant, and is shown a certificate") {
  render::Options options = with_tls("tls:agent.example:9012");
  const auto by_host = render::plan_agents(options);
  REQUIRE(by_host);
  CHECK(by_host->front().address == "agent.example:9012");
  CHECK(by_host->front().named);
  CHECK(by_host->front().tls ==
        "ssl verify required ca-file /etc/ca.pem verifyhost agent.example crt /etc/own.pem");
  options.agents = {"tls:[2001:db8::1]:9012"};
  options.agent_name = "pointsman";
  options.agent_certificate.clear();
  const auto by_name = render::plan_agents(options);
  REQUIRE(by_name);
  CHECK(by_name->front().address == "[2001:db8::1]:9012");
  CHECK_FALSE(by_name->front().named);
  CHECK(by_name->front().tls == "ssl verify required ca-file /etc/ca.pem verifyhost pointsman");
}

TEST_CASE("TLS without a CA, or to an address without a name, is refused") {
  render::Options options = with_tls("tls:192.0.2.1:9012");
  CHECK_THAT(render::plan_agents(options).error().message, Contains("--agent-name"));
  options.agent_name = "pointsman";
  CHECK(render::plan_agents(options));
  options.agent_ca.clear();
  CHECK_THAT(render::plan_agents(options).error().message, Contains("--agent-ca"));
  CHECK_FALSE(render::plan_agents(with_tls("tls:agent.example")));
  CHECK_FALSE(render::plan_agents(with_tls("tls:")));
}

TEST_CASE("the bridge reaches agents by TLS through relays of HAProxy, one each") {
  render::Options options = with_tls("tls:a.example:9013");
  options.table_agents.push_back("192.0.2.1:9013");
  options.table_agents.push_back("tls:b.example:9013");
  const auto planned = render::plan_table_agents(options);
  REQUIRE(planned);
  CHECK(planned->addresses ==
        "unix@/pointsman-table1.sock,192.0.2.1:9013,unix@/pointsman-table2.sock");
  REQUIRE(planned->relays.size() == 2);
  CHECK(planned->relays[1].name == "pointsman-table2");
  CHECK(planned->relays[1].socket == "/var/lib/haproxy/pointsman-table2.sock");
  CHECK(planned->relays[1].agent.address == "b.example:9013");
  CHECK_THAT(planned->relays[1].agent.tls, Contains("verifyhost b.example"));
  options.chroot.clear();
  CHECK(render::plan_table_agents(options)->addresses ==
        "unix@/run/haproxy/pointsman-table1.sock,192.0.2.1:9013,"
        "unix@/run/haproxy/pointsman-table2.sock");
}
