// Random conditions against random requests: what is parsed from any spelling equals a plain
// evaluation of what was meant, and printing and parsing again changes nothing.
#include "routing/condition.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/random_condition.h"
#include "support/textual_request.h"

using namespace pointsman;
using namespace pointsman::routing;
using namespace pointsman::test;

TEST_CASE("20,000 random conditions mean what was meant, before and after printing") {
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  Random random(seed);
  ConditionScratch scratch;
  std::size_t held = 0;
  for (int i = 0; i < 20000; ++i) {
    const Meant meant = random_condition(random, random.below(4));
    CAPTURE(i, meant.text);
    const auto condition = Condition::parse(meant.text);
    if (!condition) FAIL(condition.error().offset << ": " << condition.error().message);
    const std::string printed = condition->to_text();
    CAPTURE(printed);
    const auto again = Condition::parse(printed);
    if (!again) FAIL(again.error().offset << ": " << again.error().message);
    REQUIRE(again->root() == condition->root());
    REQUIRE(again->to_text() == printed);
    for (int j = 0; j < 3; ++j) {
      const Facts facts = random_facts(random);
      const std::string request = facts.as_text();
      CAPTURE(request);
      const TextualRequest parsed(request);
      const bool holds = condition->evaluate(parsed.view(), scratch);
      REQUIRE(holds == meant.holds(facts));
      REQUIRE(again->evaluate(parsed.view(), scratch) == holds);
      held += holds ? 1 : 0;
    }
  }
  CHECK(held > 10000);  // the cases are neither all true nor all false
  CHECK(held < 50000);
}
