#include "routing/gone_tiers.h"

#include <unordered_set>

namespace pointsman::routing {

void forget_gone_tiers(SequenceRolls& rolls, const RouteTable& table) {
  if (rolls.tier_count() <= 2 * table.tier_count()) return;
  std::unordered_set<std::uint64_t> known;
  known.reserve(table.tier_count());
  for (const auto& gateway : table.gateways()) {
    known.insert({gateway->weight_tier.key, gateway->alternate_tier.key});
    for (const Route& route : gateway->routes) {
      if (!route.condition) continue;
      known.insert({route.strength_tier.key, route.alternate_strength_tier.key});
    }
  }
  rolls.keep_only(known);
}

}  // namespace pointsman::routing
