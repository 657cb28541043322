#include "routing/gone_tiers.h"

#include <catch2/catch.hpp>

#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

// The first index is 0, so a tier's second roll is 0.1089 unless it was forgotten.
struct Rolled {
  explicit Rolled(const RouteTable& table) {
    for (const auto& gateway : table.gateways()) {
      rolls.weight(gateway->weight_tier);
      rolls.weight(gateway->alternate_tier);
      for (const Route& route : gateway->routes) {
        if (!route.condition) continue;
        rolls.strength(route.strength_tier);
        rolls.strength(route.alternate_strength_tier);
      }
    }
  }
  SequenceRolls rolls{[] { return 0; }};
};

}  // namespace

TEST_CASE("Up to twice the table's tiers are kept, however many of them are gone") {
  const auto both = test::table_of("gateway a\n route x -\ngateway b\n route y -");
  const auto one = test::table_of("gateway a\n route x -");
  Rolled rolled(*both);
  forget_gone_tiers(rolled.rolls, *one);
  CHECK(rolled.rolls.tier_count() == 4);
  rolled.rolls.weight(Tier{1});
  forget_gone_tiers(rolled.rolls, *one);
  CHECK(rolled.rolls.tier_count() == 2);
}

TEST_CASE("Removing gateways restarts no sequence of those that stay") {
  const std::string stays = "gateway stays\n route x 50% at 50% if true\n route y 50%\n";
  std::string many = stays;
  for (const char* name : {"b", "c", "d"}) {
    many += std::string("gateway ") + name + "\n route z - if true\n";
  }
  Rolled rolled(*test::table_of(many));
  const auto left = test::table_of(stays);
  forget_gone_tiers(rolled.rolls, *left);
  CHECK(rolled.rolls.tier_count() == 4);
  const Gateway& gateway = *left->find_gateway("stays");
  CHECK(rolled.rolls.weight(gateway.weight_tier) == 0.1089);
  CHECK(rolled.rolls.weight(gateway.alternate_tier) == 0.1089);
  CHECK(rolled.rolls.strength(gateway.routes[0].strength_tier) == 0.1089);
  CHECK(rolled.rolls.strength(gateway.routes[0].alternate_strength_tier) == 0.1089);
}
