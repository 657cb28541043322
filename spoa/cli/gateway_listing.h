// Gateways as `check` and `table show` list them: for people, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/console.h"
#include "routing/route_table.h"

namespace pointsman::cli {

// In the table's order, each with all of its virtual hosts, the default one included.
void print_gateways(const routing::RouteTable& table, Console& console);
nlohmann::ordered_json gateways_json(const routing::RouteTable& table);  // an array
nlohmann::ordered_json optional_text(const std::string& text);           // null where it is empty

}  // namespace pointsman::cli
