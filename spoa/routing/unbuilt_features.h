// Warnings for what a gateway may say already but nothing acts on yet, each by its name. Goes away
// piece by piece as the features arrive.
#pragma once

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// Scripts in conditions and rewrites.
void warn_of_unbuilt_features(const Gateway& gateway, Diagnostics& diagnostics);

}  // namespace pointsman::routing
