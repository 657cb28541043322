// `pointsman agent`: the daemon. Wires settings, log, keys, gateways and the SPOP server together,
// reloads what changed, and drains when it is told to stop.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/console.h"

namespace pointsman::cli {

struct AgentOptions {
  std::string settings;  // -c; empty: the default file
};

ExitCode run_agent(const AgentOptions& options, Console& console);

}  // namespace pointsman::cli
