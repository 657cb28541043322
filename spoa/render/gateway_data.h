// A gateway as templates see it: every field of its file, with defaults filled in, and what became
// of it (shares, names of backends). Described in docs/templates.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "routing/route_table.h"

namespace pointsman::render {

// Null: no checks.
nlohmann::ordered_json check_data(const routing::CheckSpec& check);
nlohmann::ordered_json gateway_data(const routing::Gateway& gateway,
                                    const routing::RouteTable& table);

}  // namespace pointsman::render
