#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace pointsman {

void fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) std::abort();  // a kernel without getrandom: nothing that we run on
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

}  // namespace pointsman
