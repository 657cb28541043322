#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "base/log.h"

namespace pointsman {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

constexpr Time kStart{milliseconds(5000)};

}  // namespace

TEST_CASE("of many lines in an interval one is written, and the next says how many were not") {
  LogLimiter limiter(milliseconds(1000));
  CHECK(limiter.allow(kStart) == 0u);
  CHECK_FALSE(limiter.allow(kStart));
  CHECK_FALSE(limiter.allow(kStart + milliseconds(999)));
  CHECK(limiter.allow(kStart + milliseconds(1000)) == 2u);
  CHECK(limiter.allow(kStart + milliseconds(2000)) == 0u);
}

TEST_CASE("threads that log at the same moment get one line between them") {
  LogLimiter limiter(milliseconds(1000));
  std::atomic<int> written{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        if (limiter.allow(kStart)) ++written;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(written == 1);
  CHECK(limiter.allow(kStart + milliseconds(1000)) == 3999u);
}

}  // namespace pointsman
