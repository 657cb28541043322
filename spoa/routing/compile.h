// One gateway as written → one Gateway ready for decisions, with every fault of it reported at
// once. Weights are normalised to shares of 10,000, conditions and rewrites parsed, tags computed.
// What concerns several gateways is checked by RouteTable::link.
#pragma once

#include <memory>

#include "base/diagnostic.h"
#include "routing/route_spec.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// Null when there is an error. Warnings and notes are added in any case; features whose work is not
// built yet (tcp gateways, scripts, service and discover instances) are warnings that
// name the feature.
std::shared_ptr<const Gateway> compile(const GatewaySpec& spec, Diagnostics& diagnostics);

}  // namespace pointsman::routing
