// Routes that point at other gateways: whether all of them lead somewhere, in a bounded number of
// steps, past one sticky gateway at most. Called by RouteTable::link.
#pragma once

#include <memory>
#include <span>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// Adds an error for each reference to an unknown gateway, each cycle (where it closes), each
// gateway with a path of more than limits::kReferenceSteps, and each sticky gateway with another
// one below it. `by_name` holds all of `gateways`.
void check_references(std::span<const std::shared_ptr<const Gateway>> gateways,
                      const NameMap<const Gateway*>& by_name, Diagnostics& diagnostics);

}  // namespace pointsman::routing
