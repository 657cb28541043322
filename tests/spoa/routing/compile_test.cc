#include "routing/compile.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string findings(const GatewaySpec& spec, Severity severity = Severity::kError) {
  Diagnostics diagnostics;
  const auto gateway = compile(spec, diagnostics);
  CHECK((gateway == nullptr) == diagnostics.has_errors());
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    CHECK(item.gateway == spec.name);
    if (item.severity == severity) lines += item.key + ": " + item.message + "\n";
  }
  return lines;
}

std::string findings(const std::string& text, Severity severity = Severity::kError) {
  return findings(test::gateway_spec(text), severity);
}

std::string with_routes(std::size_t count) {
  std::string text = "gateway shop\n";
  for (std::size_t i = 0; i < count; ++i) text += "route r" + std::to_string(i) + " -\n";
  return text;
}

std::string with_rewrites(std::size_t count) {
  std::string text = "gateway shop\n route a -\n";
  for (std::size_t i = 0; i < count; ++i) text += "rewrite /x\n";
  return text;
}

}  // namespace

TEST_CASE("A gateway is compiled with everything that decisions need") {
  const auto gateway = test::compiled(R"(
      gateway shop/web sticky evict strict forced host=Shop.Example.com host=*.x by=header:X-User
        route shop/v1 80%
        route shop/v2 20% at 10% epoch=3 if user-agent == Firefox
          rewrite /v2%[path] if path starts with /api
        route other 0% to inner
        route legacy 0% backend=be_legacy if has cookie beta
      )")
                           .front();
  CHECK(gateway->name == "shop/web");
  CHECK(gateway->virtual_hosts == std::vector<std::string>{"shop.example.com", "*.x"});
  CHECK(gateway->sticky.cookie == "pm_shop-web");
  CHECK(gateway->is_sticky());
  CHECK(gateway->evict_at_zero);
  CHECK(gateway->strict_on_unhealthy);
  CHECK(gateway->allow_forced);
  CHECK(gateway->split_by.name == "X-User");
  CHECK(gateway->spec.routes.size() == 4);
  REQUIRE(gateway->routes.size() == 4);

  const Route& plain = gateway->routes[0];
  CHECK(plain.name == "shop/v1");
  CHECK(plain.backend == "shop-web__shop-v1");
  CHECK(plain.share == 8000);
  CHECK(plain.strength == 0);
  CHECK(plain.route_tag == route_tag("shop/web", "shop/v1", "0"));

  const Route& canary = gateway->routes[1];
  CHECK(canary.share == 2000);
  CHECK(canary.strength == 1000);
  CHECK(canary.condition.has_value());
  CHECK(canary.condition_tag == condition_tag("shop/web", "shop/v2", "3"));
  CHECK(canary.rewrites.size() == 1);

  CHECK(gateway->routes[2].next_gateway == "inner");
  CHECK(gateway->routes[2].backend.empty());
  CHECK(gateway->routes[3].backend == "be_legacy");
  CHECK(gateway->routes[3].strength == kWhole);
}

TEST_CASE("Each level that settles a share has a tier of its own") {
  const auto gateways = test::compiled(R"(
      gateway a
        route x - if true
        route y - if true
      gateway b
        route x - if true
      )");
  std::vector<std::uint64_t> keys;
  for (const auto& gateway : gateways) {
    keys.push_back(gateway->weight_tier.key);
    keys.push_back(gateway->alternate_tier.key);
    for (const Route& route : gateway->routes) {
      keys.push_back(route.strength_tier.key);
      keys.push_back(route.alternate_strength_tier.key);
    }
  }
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  CHECK(test::compiled("gateway a\n route z -").front()->weight_tier == gateways[0]->weight_tier);
}

TEST_CASE("All faults are reported at once, each with its key") {
  CHECK(findings(R"(
      gateway a//b sticky host=x:80 cookie=a;b ttl=0
        route r/1 50% at 10%
          rewrite x
        route r/1 - epoch=x if path is
      )") ==
        "name: a segment of a name, between slashes, is not empty\n"
        "virtual_hosts: 'x:80': a virtual host is written without a port\n"
        "sticky.cookie: the name may consist of letters, digits and !#$%&'*+-.^_`|~\n"
        "sticky.ttl: must be longer than 0\n"
        "routes.r/1.condition_strength: the route has no condition that could have a strength\n"
        "routes.r/1.rewrites: found 'x', wanted a path that starts with '/'\n"
        "routes.r/1: there is another route of this name in the gateway\n"
        "routes.r/1.epoch: an epoch is a decimal number\n"
        "routes.r/1.condition: found the end of the condition, wanted a value\n"
        "routes.r/1.weight: the weights given sum to 50 %, they must sum to 0 % or 100 %: 1 route "
        "has no weight and gets what is left\n");
}

TEST_CASE("A condition's error points into its text") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route a - if path is /x and and");
  spec.routes[0].condition->place = {std::make_shared<const std::string>("shop.yaml"), 4, 16};
  Diagnostics diagnostics;
  CHECK(compile(spec, diagnostics) == nullptr);
  REQUIRE(diagnostics.items().size() == 1);
  CHECK(diagnostics.items()[0].place.line == 4);
  CHECK(diagnostics.items()[0].place.column == 16 + 15);
}

TEST_CASE("A rewrite's error points into its text, its condition's too") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route a -\n rewrite /x if path was /y");
  spec.routes[0].rewrites[0].place = {std::make_shared<const std::string>("shop.yaml"), 6, 9};
  Diagnostics diagnostics;
  CHECK(compile(spec, diagnostics) == nullptr);
  REQUIRE(diagnostics.items().size() == 1);
  CHECK(diagnostics.items()[0].place.column == 9 + 11);
}

TEST_CASE("A strength without a condition is an error unless it is 0") {
  CHECK(findings("gateway shop\n route a - at 0%") == "");
  CHECK(findings("gateway shop\n route a - at 0.01%") ==
        "routes.a.condition_strength: the route has no condition that could have a strength\n");
  CHECK(findings("gateway shop\n route a - at 101% if true") ==
        "routes.a.condition_strength: must be from 0 % to 100 %\n");
}

TEST_CASE("A strength is 100 % where a condition has none, and 0 may be given") {
  CHECK(test::compiled("gateway shop\n route a - if true").front()->routes[0].strength == kWhole);
  CHECK(test::compiled("gateway shop\n route a - at 0% if true").front()->routes[0].strength == 0);
}

TEST_CASE("A route leads to one place") {
  GatewaySpec spec = test::gateway_spec("gateway shop\n route a - to inner\n rewrite /x");
  spec.routes[0].instances.push_back({"192.0.2.1", 80, 100, false, {}});
  CHECK(findings(spec) ==
        "routes.a.gateway: a route to another gateway has no backend, service, discover or "
        "instances\n"
        "routes.a.rewrites: a route to another gateway rewrites nothing: give the rewrites to the "
        "routes of inner\n");
  spec = test::gateway_spec("gateway shop\n route a - backend=be");
  spec.routes[0].service = SpecText{"x", {}};
  CHECK(findings(spec).starts_with("routes.a.backend: names a backend of your own"));
  CHECK(findings("gateway shop\n route a - backend=be;x").starts_with("routes.a.backend: "));
}

TEST_CASE("Routes whose tags are equal are refused until one has another epoch") {
  // The low 32 bits of both hashes are 4BEC4655.
  CHECK(findings("gateway shop\n route r25706 50%\n route r82737 50%") ==
        "routes.r82737: in tokens its tag would be that of route r25706: give the route another "
        "epoch or name\n");
  CHECK(findings("gateway shop\n route r25706 50%\n route r82737 50% epoch=1") == "");
}

TEST_CASE("A gateway has as many routes as the limit, and not one more") {
  const auto most = test::compiled(with_routes(limits::kRoutesPerGateway)).front();
  CHECK(most->routes.back().share == 1);
  CHECK(findings(with_routes(limits::kRoutesPerGateway + 1)) ==
        "routes: the gateway has 10001 routes, at most 10000 are allowed\n");
}

TEST_CASE("A route has as many rewrites as the limit, and not one more") {
  CHECK(findings(with_rewrites(limits::kRewritesPerRoute)) == "");
  CHECK(findings(with_rewrites(limits::kRewritesPerRoute + 1)) ==
        "routes.a.rewrites: the route has 33 rewrites, at most 32 are allowed\n");
}

TEST_CASE("Sticky settings that would make a broken cookie are refused") {
  GatewaySpec spec = test::gateway_spec("gateway shop sticky idle=0\n route a -");
  spec.sticky.path = "/x;y";
  spec.sticky.domain = "a\r\nb";
  spec.sticky.same_site = "lax";
  CHECK(findings(spec) ==
        "sticky.path: must be printable ASCII without blanks, quotes, backslashes, ',' and ';'\n"
        "sticky.domain: a host name consists of labels of letters, digits, '-' and '_' between "
        "dots\n"
        "sticky.idle: must be longer than 0\n"
        "sticky.same_site: 'lax': wanted Strict, Lax or None\n");
}

TEST_CASE("A tcp gateway is checked by its own rules, and has no tokens") {
  CHECK(findings("gateway db tcp\n route a - if path == /") ==
        "routes.a.condition: of a tcp connection only src, sni and port are known\n");
  for (const char* text : {"gateway db tcp instance\n route a -", "gateway db tcp\n route a -",
                           "gateway db tcp sticky by=src\n route a -"}) {
    CHECK_FALSE(test::compiled(text).front()->is_sticky());
  }
}

TEST_CASE("A split needs the name of its header, cookie or parameter") {
  CHECK(findings("gateway shop by=header:\n route a -") ==
        "split_by: '': a name needs at least one character\n");
  CHECK(findings("gateway shop by=cookie:a;b\n route a -").starts_with("split_by: 'a;b': "));
  CHECK(findings("gateway shop by=query:a;b\n route a -") == "");
}

TEST_CASE("What is legal but surely not meant is warned about") {
  CHECK(findings("gateway shop", Severity::kWarning) ==
        "routes: the gateway has no routes: it decides nothing\n");
  CHECK(findings("gateway shop host=x host=X.\n route a -", Severity::kWarning) ==
        "virtual_hosts: the virtual host x stands here twice\n");
  CHECK(findings("gateway shop\n route a 99999\n route b 1", Severity::kWarning) ==
        "routes.b.weight: is less than 0.01 % of all weights: the route gets no share\n");
  GatewaySpec spec = test::gateway_spec("gateway shop sticky\n route a -");
  spec.sticky.same_site = "None";
  spec.sticky.secure = StickySpec::Secure::kNever;
  CHECK(findings(spec, Severity::kWarning).starts_with("sticky.same_site: "));
}

TEST_CASE("A name leaves room for the default name of its cookie, or is not in it") {
  const auto named = [](std::size_t size, const std::string& words) {
    return "gateway " + std::string(size, 'a') + words + "\n route a -";
  };
  CHECK(findings(named(limits::kNameBytes - 3, "")) == "");
  CHECK(findings(named(limits::kNameBytes - 2, "")) ==
        "name: a name has at most 252 bytes, or there is another name for the cookie in "
        "sticky.cookie\n");
  CHECK(findings(named(limits::kNameBytes, " cookie=c")) == "");
}

TEST_CASE("A balance that HAProxy can't read is refused, one that nobody knows is warned about") {
  const auto with = [](const std::string& balance, Severity severity) {
    GatewaySpec spec = test::gateway_spec("gateway shop\n route a -");
    spec.routes[0].balance = balance;
    return findings(spec, severity);
  };
  CHECK(with("leastconn", Severity::kWarning) == "");
  CHECK(with("leastcon", Severity::kWarning) ==
        "routes.a.balance: HAProxy has no algorithm 'leastcon' that is known here; did you mean "
        "'leastconn'?\n");
  CHECK(with("least#", Severity::kError).starts_with("routes.a.balance: "));
}
