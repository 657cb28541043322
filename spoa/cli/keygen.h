// `pointsman keygen`: keys for signing sticky tokens. Prints a line for a key file, or rotates a
// key file: the new key signs from then on, the others still verify, so no visitor loses a session.
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "cli/console.h"

namespace pointsman::cli {

struct KeygenOptions {
  std::optional<unsigned> id;  // none: the next one that is free
  std::string add;             // a key file; empty: print
};

ExitCode run_keygen(const KeygenOptions& options, Console& console);

}  // namespace pointsman::cli
