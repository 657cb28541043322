// Keeps the sequences of renamed and removed routes from piling up over publications. Those that
// the table knows are never touched: a reload restarts no split.
#pragma once

#include "routing/rolls.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// To be called when the table has replaced another. Does nothing until the rolls know more than
// twice as many tiers as the table has, so that its cost is rare; it is linear in both.
void forget_gone_tiers(SequenceRolls& rolls, const RouteTable& table);

}  // namespace pointsman::routing
