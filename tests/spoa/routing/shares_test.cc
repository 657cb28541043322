#include "routing/shares.h"

#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <sstream>

#include "base/limits.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::vector<WeightSpec> weights_of(const std::string& text) {
  std::vector<WeightSpec> weights;
  std::istringstream words(text);
  for (std::string word; words >> word;) weights.push_back(test::weight_of(word));
  return weights;
}

// "33 33 34" in percent, or the error with the index of its route.
std::string settled(const std::string& text) {
  const auto shares = settle_shares(weights_of(text));
  if (!shares) return std::to_string(shares.error().route) + ": " + shares.error().message;
  std::string result;
  for (const std::uint32_t share : *shares) {
    const std::string percent = percent_text(share);
    result += (result.empty() ? "" : " ") + percent.substr(0, percent.size() - 2);
  }
  return result;
}

std::string repeated(const std::string& word, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += word + " ";
  return text;
}

}  // namespace

TEST_CASE("Percentages that are given stand as they are") {
  CHECK(settled("100%") == "100");
  CHECK(settled("80% 20%") == "80 20");
  CHECK(settled("99.99% 0.01%") == "99.99 0.01");
  CHECK(settled("33.3% 33.3% 33.4%") == "33.3 33.3 33.4");
  CHECK(settled("0% 100% 0%") == "0 100 0");
}

TEST_CASE("All weights may be 0") {
  CHECK(settled("0%") == "0");
  CHECK(settled("0% 0%") == "0 0");
  CHECK(settled("0 0 0") == "0 0 0");
  CHECK(settled("") == "");
}

TEST_CASE("Missing percentages share what is left in whole percents, the last takes the rest") {
  CHECK(settled("-") == "100");
  CHECK(settled("- -") == "50 50");
  CHECK(settled("- - -") == "33 33 34");
  CHECK(settled("- - - - - -") == "16 16 16 16 16 20");
  CHECK(settled("- - - - - - - -") == "12 12 12 12 12 12 12 16");
  CHECK(settled("0% -") == "0 100");
  CHECK(settled("- 0%") == "100 0");
  CHECK(settled("- 0% - -") == "33 0 33 34");
  CHECK(settled("50% 50% -") == "50 50 0");
  CHECK(settled("- 100% -") == "0 100 0");
}

TEST_CASE("Above ten missing percentages the step is a hundredth") {
  CHECK(settled(repeated("-", 10)) == "10 10 10 10 10 10 10 10 10 10");
  CHECK(settled(repeated("-", 11)) == "9.09 9.09 9.09 9.09 9.09 9.09 9.09 9.09 9.09 9.09 9.1");
  CHECK(settled("0% " + repeated("-", 11)).starts_with("0 9.09 "));
}

TEST_CASE("Every number of missing percentages up to the limit sums to the whole") {
  for (std::size_t count = 1; count <= limits::kRoutesPerGateway; count += count < 200 ? 1 : 97) {
    const auto shares = settle_shares(std::vector<WeightSpec>(count));
    REQUIRE(shares);
    REQUIRE(std::accumulate(shares->begin(), shares->end(), 0u) == kWhole);
    REQUIRE(shares->front() <= shares->back());
  }
  const auto most = settle_shares(std::vector<WeightSpec>(limits::kRoutesPerGateway));
  REQUIRE(most);
  CHECK(*most == std::vector<std::uint32_t>(limits::kRoutesPerGateway, 1));
}

TEST_CASE("Percentages that sum to something else are refused with their sum") {
  CHECK(settled("50% -") ==
        "0: the weights given sum to 50 %, they must sum to 0 % or 100 %: 1 route has no weight "
        "and gets what is left");
  CHECK(settled("- 50% 25.5% -") ==
        "2: the weights given sum to 75.5 %, they must sum to 0 % or 100 %: 2 routes have no "
        "weight and share what is left");
  CHECK(settled("50% 49.99%") ==
        "1: the weights given sum to 99.99 %, they must sum to 100 %, or all be 0 %");
  CHECK(settled("100% 0.01%").find("100.01 %") != std::string::npos);
}

TEST_CASE("Relative weights are normalised by largest remainder, of equals the earlier route") {
  CHECK(settled("1") == "100");
  CHECK(settled("4 1") == "80 20");
  CHECK(settled("1 1 1") == "33.34 33.33 33.33");
  CHECK(settled("1 1 1 1 1 1") == "16.67 16.67 16.67 16.67 16.66 16.66");
  CHECK(settled("2 1") == "66.67 33.33");
  CHECK(settled("1 4 1") == "16.67 66.67 16.66");
  CHECK(settled("0 3") == "0 100");
  CHECK(settled("0.5 1.5") == "25 75");
  CHECK(settled("1 99999") == "0 100");
}

TEST_CASE("Remainders that are equal on paper tie, whatever the size of the weights") {
  // 10,000 × 1/30,000 and 10,000 × 4/30,000 both leave a third; the last leaves a third too.
  CHECK(settled("1 4 29995") == "0.01 0.01 99.98");
  CHECK(settled("4 1 29995") == "0.02 0 99.98");
}

TEST_CASE("Very large and very small relative weights are settled") {
  CHECK(settled("1e308 1e308") == "50 50");
  CHECK(settled("1e-300 3e-300") == "25 75");
  CHECK(settled("1e308 1") == "100 0");
}

TEST_CASE("Relative weights of many routes sum to the whole") {
  std::uint32_t seed = 1;
  for (const std::size_t count : {2u, 3u, 7u, 100u, 9999u, 10000u}) {
    std::vector<WeightSpec> weights(count);
    for (WeightSpec& weight : weights) {
      seed = seed * 1664525 + 1013904223;
      weight.form = WeightSpec::Form::kRelative;
      weight.relative = (seed >> 8) / 1000.0;
    }
    const auto shares = settle_shares(weights);
    REQUIRE(shares);
    CHECK(std::accumulate(shares->begin(), shares->end(), 0u) == kWhole);
  }
}

TEST_CASE("A missing relative weight is refused, and so is one that is no number from 0 on") {
  CHECK(settled("4 -") == "1: has no weight, but other routes of the gateway have relative ones");
  CHECK(settled("- 4").starts_with("0: has no weight"));
  CHECK(settled("1 -1") == "1: a relative weight is a number from 0 on");
  CHECK(settled("inf 1").starts_with("0: a relative weight"));
  CHECK(settled("1 nan").starts_with("1: a relative weight"));
}

TEST_CASE("Percentages and relative weights are not mixed") {
  CHECK(settled("80% 4") ==
        "1: the gateway mixes percentages (80%) and relative weights (4); use one form");
  CHECK(settled("4 - 80%").starts_with("2: the gateway mixes"));
}

TEST_CASE("A share reads as people write it") {
  CHECK(percent_text(0) == "0 %");
  CHECK(percent_text(1) == "0.01 %");
  CHECK(percent_text(50) == "0.5 %");
  CHECK(percent_text(3333) == "33.33 %");
  CHECK(percent_text(10000) == "100 %");
}
