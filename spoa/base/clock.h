// Wall-clock time as the program passes it around: whole Unix seconds. Code that decides takes
// `now` as an argument; only composition roots call unix_now().
#pragma once

#include <chrono>
#include <cstdint>

namespace pointsman {

using UnixSeconds = std::int64_t;

inline UnixSeconds unix_now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
      .count();
}

}  // namespace pointsman
