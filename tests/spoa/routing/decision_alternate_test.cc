#include <catch2/catch.hpp>
#include <map>

#include "base/limits.h"
#include "routing/decision.h"
#include "routing/split.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::signed_text;
using test::sticky_token;
using test::TestRequest;

namespace {

TestRequest shop() { return TestRequest().to("shop"); }

}  // namespace

TEST_CASE("The alternate is settled by the roll's position inside the first route's interval") {
  DecideOnce decide("gateway shop\n route a 40%\n route b 30%\n route c 30%");
  decide.weight_roll = 0.19;  // position 0.475
  CHECK(decide.text(shop()) == "weight a | b");
  decide.weight_roll = 0.21;  // position 0.525
  CHECK(decide.text(shop()) == "weight a | c");
  decide.weight_roll = 0.56;  // position 0.533 of b; a has 4/7
  CHECK(decide.text(shop()) == "weight b | a");
  decide.weight_roll = 0.58;  // position 0.6
  CHECK(decide.text(shop()) == "weight b | c");
  CHECK(decide.rolls.weights == 1);
}

TEST_CASE("A dead route's share is spread over the others by their weights") {
  DecideOnce decide("gateway shop\n route a 40%\n route b 45%\n route c 15%");
  std::map<std::string, int> counts;
  for (int step = 0; step < 4000; ++step) {
    decide.weight_roll = step / 10000.0;
    const Decision decision = decide(shop());
    REQUIRE(decision.first.route->name == "a");
    ++counts[decision.alternate.route->name];
  }
  CHECK(counts["b"] == 3000);
  CHECK(counts["c"] == 1000);
}

TEST_CASE("Where no weight roll was drawn the alternate rolls in its own tier") {
  DecideOnce decide("gateway shop\n route a 50%\n route b 50%\n route c 0% if has header x");
  decide.weight_roll = 0.7;
  CHECK(decide.text(shop().header("x", "")) == "condition c | b");
  const Gateway& gateway = *decide.table->find_gateway("shop");
  CHECK(decide.rolls.tiers ==
        std::set<std::uint64_t>{gateway.alternate_tier.key, gateway.routes[2].strength_tier.key});
}

TEST_CASE("There is no alternate where no other route has a weight, and nothing is rolled for it") {
  DecideOnce decide("gateway shop\n route a 100%\n route b 0%");
  CHECK(decide.text(shop()) == "weight a");
  CHECK(decide.rolls.weights == 1);
  DecideOnce by_condition("gateway shop\n route a 100% if true");
  CHECK(by_condition.text(shop()) == "condition a");
  CHECK(by_condition.rolls.weights == 0);
}

TEST_CASE("A strict gateway has no alternates") {
  DecideOnce decide("gateway shop strict\n route a 50%\n route b 50% if has header x");
  CHECK(decide.text(shop()) == "weight b");
  CHECK(decide.text(shop().header("x", "")) == "condition b");
}

TEST_CASE("A key's alternate is its next best route, however the first came") {
  DecideOnce decide(R"(
      gateway shop by=header:X-User
        route a 40%
        route b 30%
        route c 30% if has header x
      )");
  const Gateway& gateway = *decide.table->find_gateway("shop");
  for (int i = 0; i < 100; ++i) {
    const std::string name = "user" + std::to_string(i);
    const std::uint64_t key = split_key(name, "shop");
    const Decision plain = decide(shop().header("X-User", name));
    CHECK(plain.alternate.route ==
          place_by_key(gateway.routes, LeftOut(plain.first.route->backend), key));
    const Decision taken = decide(shop().header("X-User", name).header("x", ""));
    CHECK(taken.reason == Reason::kCondition);
    CHECK(taken.alternate.route ==
          place_by_key(gateway.routes, LeftOut(gateway.routes[2].backend), key));
    CHECK(decide.rolls.tiers.empty());
  }
}

TEST_CASE("An alternate that is a reference is followed, with rolls of its own") {
  DecideOnce decide(R"(
      gateway shop
        route a 50%
        route next 50% to inner
      gateway inner
        route x 0% at 60% if has header x
        route y 50%
        route z 50%
      )");
  decide.weight_roll = 0.4;
  decide.strength_roll = 0.5;
  CHECK(decide.text(shop()) == "weight a | y");
  CHECK(decide.text(shop().header("x", "")) == "weight a | x");
  const Gateway& inner = *decide.table->find_gateway("inner");
  CHECK(decide.rolls.tiers.count(inner.routes[0].strength_tier.key) == 0);
  CHECK(decide.rolls.tiers.count(inner.routes[0].alternate_strength_tier.key) == 1);
  decide(shop());
  CHECK(decide.rolls.tiers.count(inner.weight_tier.key) == 0);
  CHECK(decide.rolls.tiers.count(inner.alternate_tier.key) == 1);
}

TEST_CASE("The deepest gateway gives the alternate, and where it has none, the one above") {
  const std::string outer = "gateway shop\n route next 50% to inner\n route own 50%\n";
  DecideOnce two_inside(outer + "gateway inner\n route x 50%\n route y 50%");
  two_inside.weight_roll = 0.1;
  CHECK(two_inside.text(shop()) == "weight x | y");

  DecideOnce one_inside(outer + "gateway inner\n route x 100%");
  one_inside.weight_roll = 0.1;
  const Decision decision = one_inside(shop());
  CHECK(DecideOnce::to_text(decision) == "weight x | own");
  CHECK(decision.first.gateway->name == "inner");
  CHECK(decision.alternate.gateway->name == "shop");
}

TEST_CASE("A strict gateway ends the search for an alternate, deep or above") {
  DecideOnce deep(
      "gateway shop\n route next 50% to inner\n route own 50%\ngateway inner strict\n route x -");
  deep.weight_roll = 0.1;
  CHECK(deep.text(shop()) == "weight x");
  DecideOnce above(
      "gateway shop strict\n route next 50% to inner\n route own 50%\ngateway inner\n route x -");
  above.weight_roll = 0.1;
  CHECK(above.text(shop()) == "weight x");
}

TEST_CASE("A route is no alternate to itself where two references lead to it") {
  DecideOnce decide(
      "gateway shop\n route left 50% to inner\n route right 50% to inner\ngateway inner\n route x "
      "-");
  CHECK(decide.text(shop()) == "weight x");
}

TEST_CASE("A route to the backend that is down is no alternate, by whatever name") {
  DecideOnce decide(R"(
      gateway shop
        route a 40% backend=be
        route same 50% backend=be
        route other 10% backend=be2
      )");
  decide.weight_roll = 0.1;
  CHECK(decide.text(shop()) == "weight a | other");
  DecideOnce all("gateway shop\n route a 50% backend=be\n route same 50% backend=be");
  CHECK(all.text(shop()) == "weight same");
}

TEST_CASE("A condition's route to the backend that is down is passed over behind a reference") {
  DecideOnce decide(R"(
      gateway shop
        route a 50% backend=be
        route next 50% to inner
      gateway inner
        route x 0% backend=be if true
        route y 100%
      )");
  decide.weight_roll = 0.1;
  CHECK(decide.text(shop()) == "weight a | y");
}

TEST_CASE("A remembered route to the backend that is down is no alternate, and stays remembered") {
  DecideOnce decide(R"(
      gateway shop sticky
        route a 50% backend=be
        route b 50%
        route c 0% backend=be if has header x
      )");
  decide.weight_roll = 0.1;
  const Decision decision =
      decide(shop().header("x", "").cookie("pm_shop", signed_text(sticky_token("a"))));
  CHECK(DecideOnce::to_text(decision) == "condition c | b");
  REQUIRE(decision.alternate.token);
  CHECK(decision.alternate.token->route_tag == route_tag("shop", "a", "0"));
}

TEST_CASE("Every other reference is tried before the search goes up or ends") {
  DecideOnce same_gateway(R"(
      gateway front
        route a 40% to shop
        route b 40% to shop
        route c 20% to legacy
      gateway shop
        route v1 -
      gateway legacy
        route old -
      )");
  for (const double roll : {0.1, 0.3, 0.5, 0.7}) {
    same_gateway.weight_roll = roll;
    CHECK(same_gateway.text(TestRequest().to("front")) == "weight v1 | old");
  }
  DecideOnce without_weights(R"(
      gateway top
        route front 50% to front
        route spare 50%
      gateway front
        route a 40%
        route b 40% to empty
        route c 20%
      gateway empty
        route x 0%
      )");
  without_weights.weight_roll = 0.1;  // position 0.2 in top, 0.25 in a, so b; and on to c
  CHECK(without_weights.text(TestRequest().to("top")) == "weight a | c");
}

TEST_CASE("Where a level has only dead ends the search goes up") {
  DecideOnce decide(R"(
      gateway top
        route front 50% to front
        route spare 50%
      gateway front
        route a 40%
        route b 60% to empty
      gateway empty strict
        route x 0%
      )");
  decide.weight_roll = 0.1;
  CHECK(decide.text(TestRequest().to("top")) == "weight a | spare");
}

TEST_CASE("An alternate that leads into a gateway without weights is none") {
  DecideOnce decide(
      "gateway shop\n route a 50%\n route next 50% to inner\ngateway inner\n route x 0%");
  decide.weight_roll = 0.1;
  CHECK(decide.text(shop()) == "weight a");
}

TEST_CASE("The search for an alternate ends at its limit of dead ends") {
  const auto alternate_behind = [](std::size_t dead_ends) {
    std::string text = "gateway shop\n route first 0 if true\n";
    std::string inner;
    for (std::size_t i = 0; i < dead_ends; ++i) {
      const std::string name = "empty" + std::to_string(i);
      text += " route " + name + " 1 to " + name + "\n";
      inner += "gateway " + name + "\n route x 0%\n";
    }
    DecideOnce decide(text + " route rest 1\n" + inner);
    decide.weight_roll = 0;
    return decide.text(shop());
  };
  CHECK(alternate_behind(limits::kDeadEnds) == "condition first | rest");
  CHECK(alternate_behind(limits::kDeadEnds + 1) == "condition first");
}

TEST_CASE("With one weight roll for all, as explain gives it, every decision is settled") {
  DecideOnce decide("gateway shop\n route a 50%\n route b 50%\n route c 0% if has header x");
  for (const double roll : {0.0, 0.25, 0.5, 0.75, 0.9999}) {
    decide.weight_roll = roll;
    const Decision decision = decide(shop().header("x", ""));
    CHECK(decision.alternate.route->name == (roll < 0.5 ? "a" : "b"));
  }
}
