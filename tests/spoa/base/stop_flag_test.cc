#include "base/stop_flag.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace pointsman;
using std::chrono::milliseconds;

TEST_CASE("a wait ends at its time, or as soon as the flag is set") {
  StopFlag stop;
  CHECK_FALSE(stop.is_set());
  stop.wait_for(milliseconds(1));
  CHECK_FALSE(stop.is_set());
  std::thread other([&stop] { stop.set(); });
  stop.wait_for(std::chrono::hours(1));
  other.join();
  CHECK(stop.is_set());
  stop.wait_for(std::chrono::hours(1));
}

TEST_CASE("what is left until a time is never negative") {
  const auto now = std::chrono::steady_clock::now();
  CHECK(milliseconds_until(now - std::chrono::hours(1)) == 0);
  CHECK(milliseconds_until(now + std::chrono::hours(1000)) == 3600000);
}
