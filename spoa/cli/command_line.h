// The command line: subcommands, each in a file of its own in this folder.
#pragma once

namespace pointsman::cli {

enum ExitCode : int { kGood = 0, kInvalid = 1, kUsage = 2, kWarnings = 79 };

// Parses, runs the subcommand, and yields the exit code. Catches nothing: modules throw nothing.
int run(int argc, char** argv);

}  // namespace pointsman::cli
