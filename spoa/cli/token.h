// `pointsman token`: signed overrides for testers, and a look into any token. The format is in
// docs/formats/token.md; keys are those of the settings.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/load.h"

namespace pointsman::cli {

struct TokenMintOptions {
  Sources sources;
  std::string gateway;
  std::string route;
  std::string ttl = "1h";
};

struct TokenInspectOptions {
  Sources sources;
  std::string token;
  std::string gateway;
  bool json = false;
};

ExitCode run_token_mint(const TokenMintOptions& options, Console& console);
ExitCode run_token_inspect(const TokenInspectOptions& options, Console& console);

}  // namespace pointsman::cli
