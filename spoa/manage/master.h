// HAProxy's master process, which a reload has start new workers: its CLI on a unix socket (`-S`),
// as HAProxy 2.6 and 3.x speak it, one connection a command. 2.6 answers `reload` with nothing, and
// not at all for a while; 3.x with "Success=1" or "Success=0" and what it logged, once the new
// worker runs or is gone. What it answers is bounded and read as text.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stop_flag.h"

namespace pointsman::manage {

struct MasterAnswer {
  enum class Kind : unsigned char {
    kAnswered,     // perhaps with nothing
    kUnreachable,  // nobody listens there
    kBarred,       // it is there, but can't be connected to
    kSilent,       // the connection broke, or nothing came in time
  };
  Kind kind = Kind::kUnreachable;
  std::string text;  // the answer, or the reason
};

MasterAnswer ask_master(const std::string& path, std::string_view command,
                        std::chrono::milliseconds time, const StopFlag& stop);

// The workers of `show proc`; those that a reload has replaced are left out of `current`.
struct Workers {
  std::vector<long> current;
  std::vector<long> old;
};
std::optional<Workers> parse_workers(std::string_view answer);  // null: it is none

// Null: it does not tell.
std::optional<bool> parse_success(std::string_view answer);

}  // namespace pointsman::manage
