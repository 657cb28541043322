// `pointsman agent` as a process of its own, on a deployment's settings.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "deployment.h"

namespace pointsman::test {

class RunningAgent : public RunningProgram {
 public:
  explicit RunningAgent(const Deployment& deployment)
      : RunningProgram({"agent", "-c", deployment.settings()}) {}

  // Whether a line with `text` came after all that was waited for before.
  bool logs(const std::string& text) {
    if (!wait_for_err(text, seen_)) return false;
    seen_ = err().find(text, seen_) + text.size();
    return true;
  }

  void stop() {
    send(SIGTERM);
    const ProgramResult result = finish();
    INFO(result.err);
    CHECK(result.exit_code == 0);
  }

 private:
  std::size_t seen_ = 0;
};

}  // namespace pointsman::test
