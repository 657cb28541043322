// `pointsman env`: where applications find each gateway, as environment variables: SHOP_HOST,
// SHOP_PORT and SHOP_URL for the shell, an env file, or Compose.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/load.h"

namespace pointsman::cli {

struct EnvOptions {
  Sources sources;
  std::string format = "shell";  // shell, dotenv or compose
  std::string address;           // HAProxy's; empty: the first of `advertise` in the settings
};

ExitCode run_env(const EnvOptions& options, Console& console);

}  // namespace pointsman::cli
