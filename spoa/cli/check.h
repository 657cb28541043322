// `pointsman check`: is this configuration valid, and what does it come to? Lists each gateway's
// routes with their shares after normalisation, and every error, warning and note with its place.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/load.h"

namespace pointsman::cli {

struct CheckOptions {
  Sources sources;
  std::vector<std::string> files;  // more gateways, beside those of -g
  bool strict = false;             // warnings have an exit code of their own
  bool json = false;
  bool defaults = false;  // print the built-in settings instead
};

ExitCode run_check(const CheckOptions& options, Console& console);

}  // namespace pointsman::cli
