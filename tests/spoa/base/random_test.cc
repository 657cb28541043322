#include "base/random.h"

#include <array>
#include <catch2/catch.hpp>
#include <set>

namespace pointsman {
namespace {

TEST_CASE("random bytes fill the whole span and nothing beyond it") {
  std::array<std::uint8_t, 66> bytes{};
  std::set<int> first;
  std::set<int> last;
  for (int i = 0; i < 64; ++i) {
    fill_random(std::span(bytes).subspan(1, 64));
    first.insert(bytes[1]);
    last.insert(bytes[64]);
  }
  CHECK(bytes.front() == 0);
  CHECK(bytes.back() == 0);
  CHECK(first.size() > 1);  // all the same: once in 2^504 runs
  CHECK(last.size() > 1);
}

TEST_CASE("filling an empty span with random bytes does nothing") { fill_random({}); }

TEST_CASE("random numbers differ") { CHECK(random_u64() != random_u64()); }

}  // namespace
}  // namespace pointsman
