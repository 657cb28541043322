// Runs a command of the settings and waits for its end, on a thread that may block. No shell reads
// the arguments; the command has none of our descriptors, nothing on its standard input, default
// signals and a process group of its own, which is killed at the deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "manage/stop_flag.h"

namespace pointsman::manage {

struct CommandResult {
  int exit_code = 0;   // 128 and the signal, as shells have it, where one ended the command
  std::string output;  // of both streams, at most limits::kCommandOutputBytes
};

// The error names the command: it is not there, took too long, or we were to stop.
Result<CommandResult> run_command(const std::vector<std::string>& arguments,
                                  std::chrono::milliseconds time, const StopFlag& stop);

}  // namespace pointsman::manage
