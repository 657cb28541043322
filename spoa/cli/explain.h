// `pointsman explain`: which gateway and route would serve a request, and each step why. The same
// decision as the agent's, from the same table, with rolls that can be set.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/explain_request.h"
#include "cli/load.h"

namespace pointsman::cli {

struct ExplainOptions {
  Sources sources;
  RequestOptions request;
  std::string strength_roll;  // a number in [0, 1); empty: drawn
  std::string weight_roll;
  bool live = false;
  bool json = false;
};

ExitCode run_explain(const ExplainOptions& options, Console& console);

}  // namespace pointsman::cli
