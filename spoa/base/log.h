// The program's log (spdlog): one line an event, to standard error, as text or as one JSON object a
// line. Safe from any thread. Anything that the network can provoke is logged through a LogLimiter,
// so that nobody can fill a disk from outside.
#pragma once

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pointsman {

enum class LogFormat : unsigned char { kText, kJson };

// Called once by the composition root. level: trace, debug, info, warning, error, off.
void set_up_log(const std::string& level, LogFormat format);

// At most one line of its kind in `interval`; counts what it held back.
class LogLimiter {
 public:
  explicit LogLimiter(std::chrono::milliseconds interval = std::chrono::seconds(1))
      : interval_(interval) {}

  // The number of lines held back since the last one, when one may be written now; else null.
  std::optional<std::uint64_t> allow(std::chrono::steady_clock::time_point now);

 private:
  const std::chrono::milliseconds interval_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::uint64_t> held_back_{0};
};

}  // namespace pointsman
