#include "base/near_match.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

namespace pointsman {
namespace {

constexpr std::array<std::string_view, 5> kKeys{"weight", "condition", "condition_strength",
                                                "routes", "port"};

}  // namespace

TEST_CASE("a slip of the keyboard finds the word that was meant") {
  CHECK(near_match("wieght", kKeys) == "weight");
  CHECK(near_match("weigth", kKeys) == "weight");
  CHECK(near_match("conditions", kKeys) == "condition");
  CHECK(near_match("condition-strength", kKeys) == "condition_strength");
  CHECK(near_match("prot", kKeys) == "port");
  CHECK(near_match("route", kKeys) == "routes");
}

TEST_CASE("a word that is near to none finds nothing") {
  for (const char* word : {"", "x", "balance", "wt", "poort1x"}) {
    INFO(word);
    CHECK_FALSE(near_match(word, kKeys));
  }
  CHECK_FALSE(near_match("weight", {}));
}

TEST_CASE("three edits are too many, two are not") {
  CHECK(near_match("condtn", kKeys) == std::nullopt);
  CHECK(near_match("conditn", kKeys) == "condition");
}

TEST_CASE("of two words the nearer one is found") {
  constexpr std::array<std::string_view, 2> kWords{"cookies", "cookie"};
  CHECK(near_match("cokie", kWords) == "cookie");
}

TEST_CASE("a word longer than any key is not compared at all") {
  const std::string longest(64, 'a');
  const std::array<std::string_view, 1> known{longest};
  CHECK(near_match(std::string(63, 'a') + "b", known));
  CHECK_FALSE(near_match(longest + "b", known));
}

}  // namespace pointsman
