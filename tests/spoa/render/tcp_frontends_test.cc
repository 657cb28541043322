#include "render/tcp_frontends.h"

#include <catch2/catch.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Matchers::Contains;

namespace {

routing::GatewaySpec tcp_gateway(const std::string& name, std::uint16_t port,
                                 std::vector<routing::RouteSpec> routes) {
  auto spec = gateway(name, std::move(routes));
  spec.port = port;
  spec.protocol = routing::GatewaySpec::Protocol::kTcp;
  return spec;
}

routing::RouteSpec asking(const std::string& condition) {
  auto spec = route("asking", 0, {"127.0.0.1:9009"});
  spec.condition = routing::SpecText{condition, {}};
  return spec;
}

std::vector<render::TcpFrontend> plan(const std::vector<routing::GatewaySpec>& specs,
                                      const render::Options& options = {}) {
  const auto frontends = render::plan_tcp_frontends(*table_of(specs), options);
  if (!frontends) FAIL(frontends.error().message);
  return *frontends;
}

}  // namespace

TEST_CASE("each tcp gateway has a frontend on its port, which falls back to its heaviest route") {
  render::Options options;
  options.port_binds[25] = "127.0.0.1:2525";
  const auto frontends = plan(
      {shop(),
       tcp_gateway("db", 5432, {route("a", 20, {"127.0.0.1:1"}), route("b", 80, {"127.0.0.1:2"})}),
       tcp_gateway("mail/in", 25, {route("c", 0, {"127.0.0.1:3"})})},
      options);
  REQUIRE(frontends.size() == 2);
  CHECK(frontends[0].name == "port-5432");
  CHECK(frontends[0].bind == "*:5432");
  CHECK(frontends[0].gateway == "db");
  CHECK(frontends[0].default_backend == "db__b");
  CHECK(frontends[1].bind == "127.0.0.1:2525");
  CHECK(frontends[1].default_backend.empty());
}

TEST_CASE("the TLS hello is waited for where the gateway, or one that it refers to, asks for it") {
  auto to_other = route("other", 100, {});
  to_other.gateway = routing::SpecText{"inner", {}};
  const auto by_sni = [&](const std::string& outer, const std::string& inner) {
    return plan({tcp_gateway("outer", 1, {asking(outer), to_other}),
                 tcp_gateway("inner", 2, {asking(inner), route("v1", 100, {"127.0.0.1:1"})})})
        .front()
        .by_sni;
  };
  CHECK_FALSE(by_sni("src == 10.0.0.1", "port == 1"));
  CHECK(by_sni("src == 10.0.0.1 or not (port == 1 and sni == a)", "port == 1"));
  CHECK(by_sni("src == 10.0.0.1", "sni == a"));
}

TEST_CASE("a bind that would add a line is refused") {
  render::Options options;
  options.port_binds[1] = "*:1\n    user root";
  const auto frontends = render::plan_tcp_frontends(
      *table_of({tcp_gateway("db", 1, {route("a", 100, {"127.0.0.1:1"})})}), options);
  REQUIRE_FALSE(frontends);
  CHECK_THAT(frontends.error().message, Contains("bind"));
}
