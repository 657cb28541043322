// `pointsman version`: the program's version and what it was built with.
#pragma once

#include <string_view>

#include "cli/command_line.h"
#include "cli/console.h"

namespace pointsman::cli {

std::string_view program_version();  // "0.1.0"

struct VersionOptions {
  bool json = false;
};

ExitCode run_version(const VersionOptions& options, Console& console);

}  // namespace pointsman::cli
