#include "render/frontends.h"

#include <catch2/catch.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;

namespace {

std::vector<render::Frontend> plan(const std::vector<routing::GatewaySpec>& specs,
                                   const render::Options& options = {}) {
  const auto frontends = render::plan_frontends(*table_of(specs), options);
  if (!frontends) FAIL(frontends.error().message);
  return *frontends;
}

routing::GatewaySpec with_hosts(routing::GatewaySpec spec, const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) spec.virtual_hosts.push_back({host, {}});
  return spec;
}

routing::GatewaySpec named(const std::string& name) {
  return gateway(name, {route(name + "-v1", 100, {"127.0.0.1:9001"})});
}

}  // namespace

TEST_CASE("a port's frontend names its gateway and falls back to its heaviest route") {
  const auto frontends = plan({shop()});
  REQUIRE(frontends.size() == 1);
  CHECK(frontends[0].binds == std::vector<std::string>{"*:8080"});
  CHECK(frontends[0].gateway == "shop");
  CHECK(frontends[0].default_backend == "shop__shop-v1");
}

TEST_CASE("a fallback follows references to other gateways") {
  auto outer = gateway("outer", {route("outer/a", 100, {})});
  outer.routes[0].gateway = routing::SpecText{"shop", {}};
  outer.port = 9000;
  const auto frontends = plan({outer, shop()});
  CHECK(frontends[0].default_backend == "shop__shop-v1");
}

TEST_CASE("a gateway with all weights 0 has no fallback") {
  auto spec = shop();
  for (auto& route : spec.routes) route.weight.share = 0;
  CHECK(plan({spec})[0].default_backend == render::kNoGatewayBackend);
}

TEST_CASE("hosts fall back in the order of decisions: exact, longest suffix, any") {
  const auto frontends =
      plan({with_hosts(named("any"), {"*"}), with_hosts(named("short"), {"*.example.com"}),
            with_hosts(named("long"), {"*.shop.example.com"}),
            with_hosts(named("exact"), {"www.shop.example.com"})});
  REQUIRE(frontends.size() == 1);
  CHECK(frontends[0].gateway.empty());
  CHECK(frontends[0].default_backend == "any__any-v1");
  std::vector<std::string> backends;
  for (const auto& fallback : frontends[0].fallbacks) backends.push_back(fallback.backend);
  CHECK(backends ==
        std::vector<std::string>{"exact__exact-v1", "long__long-v1", "short__short-v1"});
}

TEST_CASE("a port that several gateways share finds the gateway by the host") {
  auto other = named("other");
  other.port = 8080;
  SECTION("when each has virtual hosts") {
    const auto frontends =
        plan({with_hosts(shop(), {"a.example.com"}), with_hosts(other, {"b.example.com"})});
    REQUIRE(frontends.size() == 2);  // that of all virtual hosts, and the port's
    CHECK(frontends[1].gateway.empty());
    CHECK(frontends[1].fallbacks.size() == 2);
  }
  SECTION("when each has the default one alone") {
    const auto frontends = render::plan_frontends(*table_of({shop(), other}, "example.com"), {});
    REQUIRE(frontends);
    REQUIRE(frontends->size() == 2);
    REQUIRE((*frontends)[1].fallbacks.size() == 2);
    CHECK((*frontends)[1].fallbacks[0].patterns == std::vector<std::string>{"-i shop.example.com"});
    CHECK((*frontends)[1].fallbacks[1].backend == "other__other-v1");
  }
  SECTION("and it is an error when one has none") {
    const auto table = table_of({with_hosts(shop(), {"a.example.com"}), other});
    const auto frontends = render::plan_frontends(*table, {});
    REQUIRE_FALSE(frontends);
    CHECK(frontends.error().message ==
          "gateway other: shares *:8080 with others, so it needs virtual_hosts to be told apart");
  }
}

TEST_CASE("a port is served where the options say") {
  render::Options options;
  options.port_binds[8080] = "127.0.0.1:18080";
  CHECK(plan({shop()}, options)[0].binds == std::vector<std::string>{"127.0.0.1:18080"});
}

TEST_CASE("a gateway that has a default virtual host alone is served with the others") {
  const auto frontends = render::plan_frontends(*table_of({named("web")}, "example.com"), {});
  REQUIRE(frontends);
  REQUIRE(frontends->size() == 1);
  CHECK((*frontends)[0].name == "virtual-hosts");
  CHECK((*frontends)[0].gateway.empty());
  REQUIRE((*frontends)[0].fallbacks.size() == 1);
  CHECK((*frontends)[0].fallbacks[0].patterns == std::vector<std::string>{"-i web.example.com"});
}

TEST_CASE("virtual hosts are served over TLS, too, where there are certificates") {
  const auto web = with_hosts(named("web"), {"www.example.com"});
  render::Options options;
  options.edge.certificates = "/etc/tls";
  options.edge.tls_binds = {"*:443", "[::1]:443"};
  const auto frontends = plan({web}, options);
  REQUIRE(frontends.size() == 1);
  CHECK(frontends[0].tls);
  CHECK(frontends[0].binds ==
        std::vector<std::string>{
            "*:80", "*:443 ssl crt /etc/tls alpn h2,http/1.1 ssl-min-ver TLSv1.2",
            "[::1]:443 ssl crt /etc/tls alpn h2,http/1.1 ssl-min-ver TLSv1.2"});
  CHECK_FALSE(plan({shop()}, options)[0].tls);  // a port is not
}

TEST_CASE("a gateway's port that virtual hosts are served on, too, has one frontend with them") {
  auto web = with_hosts(named("web"), {"www.example.com"});
  auto rest = with_hosts(named("rest"), {"*"});
  rest.port = 80;
  const auto frontends = plan({web, rest});
  REQUIRE(frontends.size() == 1);
  CHECK(frontends[0].binds == std::vector<std::string>{"*:80"});
}

TEST_CASE("virtual hosts without any bind are an error") {
  render::Options options;
  options.edge.binds.clear();
  const auto table =
      table_of({with_hosts(named("web"), {"www.example.com"}), with_hosts(named("b"), {"*"})});
  const auto frontends = render::plan_frontends(*table, options);
  REQUIRE_FALSE(frontends);
  CHECK(frontends.error().message.starts_with("edge: virtual hosts are served nowhere"));
  options.edge.certificates = "/etc/tls";
  const auto over_tls = render::plan_frontends(*table, options);
  REQUIRE(over_tls);
  CHECK(over_tls->size() == 1);
}
