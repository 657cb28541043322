#include "routing/rolls.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace pointsman::routing;

namespace {

constexpr int kSteps = 10000;

std::vector<int> two_periods(std::uint64_t start) {
  SequenceRolls rolls([&] { return start; });
  std::vector<int> steps;
  for (int i = 0; i < 2 * kSteps; ++i) {
    steps.push_back(static_cast<int>(std::lround(rolls.weight(Tier{7}) * kSteps)));
  }
  return steps;
}

// The largest difference, over all intervals [a, b) of steps, between the rolls of `window` that
// fall into it and its fair part of them. With D(x) = rolls below x - their fair part, an interval
// is off by D(b) - D(a); D is largest right after a roll and smallest right at one.
double worst_interval(std::vector<int> window) {
  std::sort(window.begin(), window.end());
  const double fair = static_cast<double>(window.size()) / kSteps;
  double highest = 0;
  double lowest = 0;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const auto below = static_cast<double>(i);
    highest = std::max(highest, below + 1 - fair * (window[i] + 1));
    lowest = std::min(lowest, below - fair * window[i]);
  }
  return highest - lowest;
}

// `count` rolls of every k-th request, the first being `start`.
std::vector<int> every(std::size_t k, std::size_t start, const std::vector<int>& steps,
                       std::size_t count = 100) {
  std::vector<int> window;
  for (std::size_t i = 0; i < count; ++i) window.push_back(steps[(start + i * k) % kSteps]);
  return window;
}

}  // namespace

TEST_CASE("A period of a sequence visits each step of the unit interval once") {
  for (const std::uint64_t start : {0u, 1u, 9999u, 123456789u}) {
    std::vector<int> steps = two_periods(start);
    CHECK(std::equal(steps.begin(), steps.begin() + kSteps, steps.begin() + kSteps));
    steps.resize(kSteps);
    std::sort(steps.begin(), steps.end());
    for (int i = 0; i < kSteps; ++i) REQUIRE(steps[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("Any 100 consecutive rolls give every share within 2") {
  const std::vector<int> steps = two_periods(0);
  double worst = 0;
  for (std::size_t start = 0; start < kSteps; ++start) {
    worst = std::max(worst, worst_interval(every(1, start, steps)));
  }
  CHECK(worst < 2);
  CHECK(worst > 1.9);  // the test would notice a worse sequence
}

TEST_CASE("100 rolls of every 2nd to 16th request give every share within 4") {
  const std::vector<int> steps = two_periods(0);
  double worst = 0;
  for (std::size_t k = 2; k <= 16; ++k) {
    for (std::size_t start = 0; start < kSteps; start += 97) {
      worst = std::max(worst, worst_interval(every(k, start, steps)));
    }
  }
  CHECK(worst < 4);
}

TEST_CASE("Any number of consecutive rolls gives every share within 8, 1,000 rolls within 4") {
  const std::vector<int> steps = two_periods(0);
  double worst = 0;
  for (std::size_t count = 1; count < kSteps; count += 37) {
    worst = std::max(worst, worst_interval(every(1, count * 71, steps, count)));
  }
  CHECK(worst < 8);
  CHECK(worst_interval(every(1, 0, steps, 1000)) < 4);
}

TEST_CASE("The measure of intervals agrees with counting all of them") {
  const std::vector<int> window = {17, 18, 19, 4000, 9999};
  double worst = 0;
  for (const int a : {0, 17, 18, 19, 20, 4000, 4001, 9999}) {
    for (int b = a + 1; b <= kSteps; ++b) {
      const auto inside = std::count_if(window.begin(), window.end(),
                                        [&](int step) { return a <= step && step < b; });
      const double fair = 5.0 * (b - a) / kSteps;
      worst = std::max(worst, std::abs(static_cast<double>(inside) - fair));
    }
  }
  CHECK(worst_interval(window) == Approx(worst));
}

TEST_CASE("Tiers advance by themselves, each from its own start") {
  std::uint64_t start = 0;
  SequenceRolls rolls([&] { return start++; });
  CHECK(rolls.weight(Tier{1}) == 0.0);
  CHECK(rolls.strength(Tier{2}) == 0.1089);
  CHECK(rolls.weight(Tier{1}) == 0.1089);
  CHECK(rolls.strength(Tier{2}) == 0.2178);
  CHECK(start == 2);
}

TEST_CASE("Tiers that are kept go on where they are, the others are forgotten") {
  SequenceRolls rolls([] { return 0; });
  rolls.weight(Tier{1});
  rolls.weight(Tier{2});
  CHECK(rolls.tier_count() == 2);
  rolls.keep_only({2, 3});
  CHECK(rolls.tier_count() == 1);
  CHECK(rolls.weight(Tier{2}) == 0.1089);
  CHECK(rolls.weight(Tier{1}) == 0.0);
}
