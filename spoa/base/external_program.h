// Runs another program to its end and takes what it writes, within a given time: HAProxy, to judge
// a configuration. Blocks its thread; no shell is involved.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace pointsman {

struct ExternalResult {
  int exit_code = 0;   // 128 and the signal where one ended it, as shells say it
  std::string output;  // of both streams, in the order written; the first kExternalOutputBytes
};

// `arguments` begin with the program, a path or a name for PATH. It has no input, and the group of
// processes that it leads is killed when it has not ended in `patience`.
Result<ExternalResult> run_external(const std::vector<std::string>& arguments,
                                    std::chrono::milliseconds patience);

}  // namespace pointsman
