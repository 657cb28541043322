// The order of decision, without tokens; decision_sticky_test.cc has those, and
// decision_alternate_test.cc what serves when a route is down.
#include "routing/decision.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "routing/split.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::TestRequest;

namespace {

constexpr const char* kShop = R"(
    gateway shop host=shop.example.com
      route shop/v1 80%
      route shop/v2 20% at 50% if user-agent == Firefox
    )";

TestRequest firefox() { return TestRequest().to("shop").header("User-Agent", "Firefox/115.0"); }
TestRequest curl() { return TestRequest().to("shop").header("User-Agent", "curl/7.88"); }

}  // namespace

TEST_CASE("The gateway that the frontend names decides, whatever the host") {
  DecideOnce decide(
      "gateway a host=a.example.com\n route x -\ngateway b host=b.example.com\n route y -");
  CHECK(decide.text(TestRequest().to("b").host("a.example.com")) == "weight y");
  CHECK(decide.text(TestRequest().to("c").host("a.example.com")) == "none");
  CHECK(decide.trace.steps == std::vector<std::string>{"no gateway has the name c"});
  CHECK(decide.text(TestRequest().to("A")) == "none");
}

TEST_CASE("Without a named gateway the host finds it, in any case, with port and trailing dot") {
  DecideOnce decide(kShop);
  decide.weight_roll = 0.1;
  for (const char* host : {"shop.example.com", "SHOP.example.COM", "shop.example.com:8080",
                           "shop.example.com.", "Shop.Example.com.:443"}) {
    INFO(host);
    CHECK(decide.text(TestRequest().host(host)) == "weight shop/v1 | shop/v2");
  }
  CHECK(decide.text(TestRequest().host("other.example.com")) == "none");
  CHECK(decide.text(TestRequest()) == "none");
}

TEST_CASE("An empty table decides nothing") {
  DecideOnce decide("");
  CHECK(decide.text(TestRequest().host("x")) == "none");
  CHECK(decide.text(TestRequest().to("x")) == "none");
}

TEST_CASE("The decision carries gateway, route and backend") {
  DecideOnce decide(kShop);
  decide.weight_roll = 0.9;
  const Decision decision = decide(curl());
  CHECK(decision.reason == Reason::kWeight);
  CHECK(decision.first.gateway->name == "shop");
  CHECK(decision.first.route->name == "shop/v2");
  CHECK(decision.first.route->backend == "shop__shop-v2");
  CHECK_FALSE(decision.first.path);
  CHECK_FALSE(decision.first.token);
  CHECK(decision.first.token_gateway == nullptr);
}

TEST_CASE("A condition that holds takes its strength's share of the requests") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.4999;
  CHECK(decide(firefox()).reason == Reason::kCondition);
  decide.strength_roll = 0.5;
  CHECK(decide(firefox()).reason == Reason::kWeight);
}

TEST_CASE("Lost requests and those of no condition go by the weights of all routes") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.99;
  for (const auto& request : {firefox(), curl()}) {
    decide.weight_roll = 0.7999;
    CHECK(decide.text(request).starts_with("weight shop/v1"));
    decide.weight_roll = 0.8;
    CHECK(decide.text(request).starts_with("weight shop/v2"));
  }
}

TEST_CASE("Only the first condition that holds counts, also when its strength is lost") {
  DecideOnce decide(R"(
      gateway shop
        route a 0% at 10% if path starts with /x
        route b 0% if path starts with /x/y
        route c 100%
      )");
  decide.strength_roll = 0.5;
  CHECK(decide(TestRequest().to("shop").path("/x/y")).first.route->name == "c");
  decide.strength_roll = 0.05;
  CHECK(decide(TestRequest().to("shop").path("/x/y")).first.route->name == "a");
}

TEST_CASE("Routes at weight 0 are reached by their condition only") {
  DecideOnce decide("gateway shop\n route a 100%\n route b 0% if has header x");
  CHECK(decide(TestRequest().to("shop").header("x", "")).first.route->name == "b");
  for (double roll = 0; roll < 1; roll += 0.01) {
    decide.weight_roll = roll;
    CHECK(decide(TestRequest().to("shop")).first.route->name == "a");
  }
}

TEST_CASE("A gateway whose weights are all 0 decides only by conditions") {
  DecideOnce decide("gateway shop\n route a 0%\n route b 0% at 50% if has header x");
  CHECK(decide.text(TestRequest().to("shop")) == "none");
  CHECK(decide.trace.steps.back() == "no route has a weight: no decision");
  decide.strength_roll = 0.4;
  CHECK(decide.text(TestRequest().to("shop").header("x", "")) == "condition b");
  decide.strength_roll = 0.6;
  const Decision lost = decide(TestRequest().to("shop").header("x", ""));
  CHECK(DecideOnce::to_text(lost) == "none");
  CHECK(lost.first.gateway->name == "shop");
}

TEST_CASE("Rolls are drawn only where a share has to be settled") {
  DecideOnce decide(kShop);
  decide(curl());
  CHECK(decide.rolls.strengths == 0);
  CHECK(decide.rolls.weights == 1);
  decide.strength_roll = 0.9;
  decide(firefox());
  CHECK(decide.rolls.strengths == 1);
  CHECK(decide.rolls.weights == 1);
  decide(TestRequest().to("nowhere"));
  CHECK(decide.rolls.tiers.empty());

  DecideOnce nothing("gateway shop\n route a 0%");
  nothing(curl());
  CHECK(nothing.rolls.tiers.empty());
}

TEST_CASE("A request that its condition takes does not advance the weights' sequence") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.1;
  decide(firefox());
  const Gateway& shop = *decide.table->find_gateway("shop");
  CHECK(decide.rolls.tiers.count(shop.weight_tier.key) == 0);
  CHECK(decide.rolls.tiers.count(shop.alternate_tier.key) == 1);
}

TEST_CASE("80/20 with a condition at 50 % on the 20 % route gives it 60 % of what matches") {
  for (const std::uint64_t start : {0u, 1u, 4711u, 9999u}) {
    DecideOnce decide(kShop);
    decide.tracing = false;
    std::uint64_t seed = start;
    SequenceRolls rolls([&] { return seed = splitmix64(seed); });
    int canary = 0;
    int in_this_hundred = 0;
    for (int i = 1; i <= 10000; ++i) {
      TestRequest request = firefox();
      in_this_hundred += decide.with(rolls, request).first.route->name == "shop/v2" ? 1 : 0;
      if (i % 100 != 0) continue;
      CHECK(in_this_hundred == Approx(60).margin(5));
      canary += in_this_hundred;
      in_this_hundred = 0;
    }
    CHECK(canary == Approx(6000).margin(8));
  }
}

TEST_CASE("A keyed split sends a user always to the same route, with no roll") {
  DecideOnce decide(R"(
      gateway shop by=header:X-User
        route a 60%
        route b 40% at 30% if path starts with /new
      )");
  for (int i = 0; i < 200; ++i) {
    const std::string name = "user" + std::to_string(i);
    const TestRequest plain = TestRequest().to("shop").header("X-User", name);
    TestRequest matching = plain;
    matching.path("/new");
    const std::uint64_t key = split_key(name, "shop");
    const Gateway& shop = *decide.table->find_gateway("shop");
    const Route* by_key = place_by_key(shop.routes, {}, key);
    const bool taken = keyed_strength_roll(key, shop.routes[1].condition_tag) < 0.3;
    CHECK(decide(plain).first.route == by_key);
    CHECK(decide(matching).reason == (taken ? Reason::kCondition : Reason::kWeight));
    CHECK(decide(matching).first.route == (taken ? &shop.routes[1] : by_key));
    CHECK(decide.rolls.tiers.empty());
  }
}

TEST_CASE("A keyed split without its key goes by the sequence") {
  DecideOnce decide("gateway shop by=header:X-User\n route a 60%\n route b 40%");
  decide.weight_roll = 0.7;
  CHECK(decide(TestRequest().to("shop")).first.route->name == "b");
  CHECK(decide.rolls.weights == 1);
  CHECK(decide(TestRequest().to("shop").header("X-User", "")).first.route->name == "b");
}

TEST_CASE("The first rewrite that applies gives the path, for the alternate its own") {
  DecideOnce decide(R"(
      gateway shop
        route a 50%
          rewrite /one%[path] if path starts with /x
          rewrite /two%[path]
        route b 50%
          rewrite /never if false
      )");
  decide.weight_roll = 0.1;
  CHECK(decide(TestRequest().to("shop").path("/x")).first.path == "/one/x");
  CHECK_FALSE(decide(TestRequest().to("shop").path("/x")).alternate.path);
  CHECK(decide(TestRequest().to("shop").path("/y")).first.path == "/two/y");
  decide.weight_roll = 0.9;
  CHECK_FALSE(decide(TestRequest().to("shop").path("/x")).first.path);
  CHECK(decide(TestRequest().to("shop").path("/x")).alternate.path == "/one/x");
}

TEST_CASE("A route that refers to another gateway is followed, each gateway with its own steps") {
  DecideOnce decide(R"(
      gateway outer
        route own 50%
        route next 50% to inner
      gateway inner
        route a 100%
        route b 0% if has header beta
      )");
  decide.weight_roll = 0.1;
  CHECK(decide(TestRequest().to("outer")).first.gateway->name == "outer");
  decide.weight_roll = 0.9;
  const Decision plain = decide(TestRequest().to("outer"));
  CHECK(plain.reason == Reason::kWeight);
  CHECK(plain.first.gateway->name == "inner");
  CHECK(plain.first.route->name == "a");
  const Decision beta = decide(TestRequest().to("outer").header("beta", "1"));
  CHECK(beta.reason == Reason::kCondition);
  CHECK(beta.first.route->name == "b");
}

TEST_CASE("A reference into a gateway that decides nothing is no decision") {
  DecideOnce decide(R"(
      gateway outer
        route next 100% to inner
      gateway inner
        route a 0%
      )");
  const Decision decision = decide(TestRequest().to("outer"));
  CHECK(DecideOnce::to_text(decision) == "none");
  CHECK(decision.first.gateway->name == "inner");
}

TEST_CASE("References are followed as many steps as the limit") {
  std::string text;
  for (std::size_t i = 0; i < limits::kReferenceSteps; ++i) {
    text += "gateway g" + std::to_string(i) + "\n route next - to g" + std::to_string(i + 1) + "\n";
  }
  DecideOnce decide(text + "gateway g" + std::to_string(limits::kReferenceSteps) + "\n route z -");
  CHECK(decide.text(TestRequest().to("g0")) == "weight z");
}

TEST_CASE("The trace tells each step and why") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.52;
  decide.weight_roll = 0.42;
  decide(firefox().host("ignored"));
  CHECK(decide.trace.steps ==
        std::vector<std::string>{
            "gateway shop: named by the frontend",
            "condition of shop/v2 holds: user-agent == Firefox", "strength 50 %: roll 0.52, lost",
            "weights: roll 0.42 falls into shop/v1 (80 %)",
            "alternate without shop/v1:", "weights: roll 0.525 falls into shop/v2 (20 %)"});
  decide(TestRequest().host("Shop.example.com:80"));
  CHECK(decide.trace.steps[0] == "gateway shop: by host shop.example.com");
  CHECK(decide.trace.steps[1] == "no condition holds");
}

TEST_CASE("Reasons have names") {
  CHECK(to_text(Reason::kNone) == "none");
  CHECK(to_text(Reason::kForced) == "forced");
  CHECK(to_text(Reason::kCondition) == "condition");
  CHECK(to_text(Reason::kSticky) == "sticky");
  CHECK(to_text(Reason::kWeight) == "weight");
}
