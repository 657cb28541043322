#include "base/random.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

namespace pointsman {

TEST_CASE("random bytes fill all that they are asked to fill, and nothing else") {
  // That 64 bytes stay 0, or come twice, happens once in 2^512 runs.
  std::array<std::uint8_t, 130> bytes{};
  fill_random(std::span(bytes).subspan(1, 128));
  CHECK(bytes.front() == 0);
  CHECK(bytes.back() == 0);
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  CHECK_FALSE(std::all_of(bytes.begin() + 1, bytes.begin() + 65, is_zero));
  CHECK_FALSE(std::all_of(bytes.begin() + 65, bytes.begin() + 129, is_zero));
  CHECK_FALSE(std::equal(bytes.begin() + 1, bytes.begin() + 65, bytes.begin() + 65));
  fill_random({});
}

TEST_CASE("random numbers use all 64 bits") {
  std::uint64_t seen_one = 0;
  std::uint64_t seen_zero = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t number = random_u64();
    seen_one |= number;
    seen_zero |= ~number;
  }
  CHECK(seen_one == ~std::uint64_t{0});
  CHECK(seen_zero == ~std::uint64_t{0});
}

}  // namespace pointsman
