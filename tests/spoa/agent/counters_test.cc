#include "agent/counters.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

namespace pointsman::agent {

TEST_CASE("a sum of counters leaves none of them out") {
  // All of them are 64 bits wide, so that they can be looked at as one row of numbers.
  constexpr std::size_t kCount = sizeof(AgentCounters) / sizeof(std::uint64_t);
  static_assert(kCount * sizeof(std::uint64_t) == sizeof(AgentCounters));
  std::array<std::uint64_t, kCount> numbers{};
  for (std::size_t i = 0; i < kCount; ++i) numbers[i] = i + 1;
  AgentCounters one;
  std::memcpy(static_cast<void*>(&one), numbers.data(), sizeof one);

  AgentCounters sum = one;
  sum += one;
  std::memcpy(numbers.data(), &sum, sizeof sum);
  for (std::size_t i = 0; i < kCount; ++i) {
    INFO("counter " << i);
    CHECK(numbers[i] == 2 * (i + 1));
  }
}

}  // namespace pointsman::agent
