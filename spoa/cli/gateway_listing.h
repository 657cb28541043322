// Gateways as `check` and `table show` list them: for people, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/console.h"
#include "routing/route_table.h"

namespace pointsman::cli {

void print_gateway(const routing::Gateway& gateway, Console& console);
nlohmann::ordered_json gateway_json(const routing::Gateway& gateway);
nlohmann::ordered_json optional_text(const std::string& text);  // null where it is empty

}  // namespace pointsman::cli
