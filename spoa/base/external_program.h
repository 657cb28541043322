// Runs another program to its end and takes what it writes, within a given time: HAProxy, to judge
// a configuration, or a command of the settings. Blocks its thread. No shell reads the arguments;
// the program has none of our descriptors, nothing on its standard input, default signals and a
// process group of its own, which is killed at the deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/stop_flag.h"

namespace pointsman {

struct ExternalResult {
  int exit_code = 0;   // 128 and the signal where one ended it, as shells say it
  std::string output;  // of both streams, in the order written; the first kExternalOutputBytes
};

// `arguments` begin with the program, a path or a name for PATH. The error names it: it is not
// there, took longer than `patience`, or `stop` was set (null: nothing stops it). One that is
// still there a moment after it was killed is left behind, and taken care of by a later call; of
// such ones there are limits::kUnendedPrograms at most.
Result<ExternalResult> run_external(const std::vector<std::string>& arguments,
                                    std::chrono::milliseconds patience,
                                    const StopFlag* stop = nullptr);

}  // namespace pointsman
