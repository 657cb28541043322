// Warnings for headers that a gateway looks at although HAProxy does not send them to the agents,
// because the lean profile (`spoe.headers`) leaves them out. What is not sent counts as absent.
#pragma once

#include <span>
#include <string>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// Conditions, also of rewrites, the key of a split, the sticky cookie, and the header of overrides.
// `sent` is in lower case.
void warn_of_unsent_headers(const Gateway& gateway, std::span<const std::string> sent,
                            Diagnostics& diagnostics);

}  // namespace pointsman::routing
