// The one way from the command line to a routing table: settings, gateway files, and every fault in
// them. The gateways go through config::GatewayStore, as in the agent, so what `check` says is what
// the agent will do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/console.h"
#include "config/gateway_files.h"
#include "config/settings.h"
#include "routing/route_table.h"

namespace pointsman::cli {

inline constexpr const char* kDefaultSettingsFile = "/etc/pointsman/pointsman.yaml";

struct Sources {
  std::string settings;               // -c; empty: the default file where there is one
  std::vector<std::string> gateways;  // -g; "-" is standard input; empty: those of the settings
};

struct Loaded {
  config::Settings settings;
  bool settings_usable = false;
  // Gateways without a fault; null where the settings are faulty and no gateways were named.
  std::shared_ptr<const routing::RouteTable> table;
  std::vector<std::string> faulty;  // gateways that are not in the table
  Diagnostics diagnostics;          // sorted by place
};

config::Settings load_settings(const std::string& file, Diagnostics& diagnostics);
Loaded load(const Sources& sources, Console& console);

}  // namespace pointsman::cli
