// The examples of docs/conditions.md are what they say.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "routing/condition.h"
#include "routing/rewrite.h"
#include "support/golden.h"

using namespace pointsman::routing;

namespace {

std::string reference() {
  return pointsman::test::read_text(std::string(POINTSMAN_SOURCE_DIR) + "/docs/conditions.md");
}

// The lines of all fenced blocks of that language.
std::vector<std::string> examples(const std::string& language) {
  std::istringstream lines(reference());
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = line == "```" + language;
    } else if (inside) {
      found.push_back(line);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the reference's conditions parse") {
  REQUIRE(examples("condition").size() >= 10);
  for (const std::string& example : examples("condition")) {
    CAPTURE(example);
    CHECK(Condition::parse(example));
  }
}

TEST_CASE("the reference's rewrites parse") {
  REQUIRE(examples("rewrite").size() >= 2);
  for (const std::string& example : examples("rewrite")) {
    CAPTURE(example);
    CHECK(Rewrite::parse(example));
  }
}

TEST_CASE("the reference's errors are these errors") {
  const std::string text = reference();
  const std::regex row("\\n\\| `([^`]+)` \\| (\\d+) \\| ([^\\n]+) \\|");
  std::size_t rows = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match) {
    CAPTURE(match->str(1));
    const auto condition = Condition::parse(match->str(1));
    REQUIRE_FALSE(condition);
    CHECK(std::to_string(condition.error().offset + 1) == match->str(2));
    CHECK(condition.error().message == match->str(3));
    ++rows;
  }
  CHECK(rows >= 5);
}
