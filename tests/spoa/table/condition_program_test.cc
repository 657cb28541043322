#include "table/condition_program.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "routing/condition_words.h"
#include "support/random_condition.h"
#include "support/textual_request.h"
#include "table/format_words.h"

using namespace pointsman;
using namespace pointsman::test;
using routing::Condition;
using routing::Field;
using routing::Operator;
using table::ConditionProgram;
using table::ConditionStep;
using table::kFails;
using table::kHolds;
using table::Patterns;
using table::Target;

namespace {

// "1; path is /a: 0, 2; host matches x: 0, -1": where to start, and each step with its targets.
std::string text_of(const ConditionProgram& program) {
  std::string text = std::to_string(program.start);
  for (const ConditionStep& step : program.steps) {
    text += "; " + std::string(table::field_word(step.test->field));
    if (!step.test->name.empty()) text += " " + step.test->name;
    text += " " + std::string(table::operator_word(step.test->op));
    for (const auto& value : step.test->values) text += " " + value.text;
    text += ": " + std::to_string(step.on_true) + ", " + std::to_string(step.on_false);
  }
  return text;
}

std::string compiled(const std::string& text) {
  Patterns patterns;
  const auto condition = Condition::parse(text);
  REQUIRE(condition);
  return text_of(table::compile_condition(*condition, patterns));
}

// What a bridge does, slowly and by nothing but the format's text.
class Interpreter {
 public:
  explicit Interpreter(const Facts& facts) : facts_(facts) {}

  bool holds(const ConditionProgram& program) {
    Target at = program.start;
    while (at > 0) {
      const ConditionStep& step = program.steps.at(static_cast<std::size_t>(at) - 1);
      const Target next = step_holds(*step.test) ? step.on_true : step.on_false;
      REQUIRE((next <= 0 || next > at));
      at = next;
    }
    return at == kHolds;
  }

  std::vector<std::string> captured;  // of the first `matches` that held

 private:
  bool step_holds(const routing::Test& test) {
    const std::string field(table::field_word(test.field));
    const std::string op(table::operator_word(test.op));
    if (field == "port") return any_value(test, [&](auto& v) { return facts_.port == v.text; });
    if (field == "src") {
      const auto address = IpAddress::parse(facts_.src);
      return address && any_value(test, [&](auto& v) { return v.network->contains(*address); });
    }
    if (field == "user-agent") return agent_holds(test);
    for (const std::string& text :
         occurrences(facts_, field == "parameter" ? "query" : field, test.name)) {
      if (op == "present" && (field != "cookie" || !text.empty())) return true;
      if (op == "matches" && matches(text, test.values.front().text)) return true;
      if (op == "present" || op == "matches") continue;
      if (any_value(test,
                    [&](auto& v) { return compare(op == "is" ? "==" : op, text, {v.text}); })) {
        return true;
      }
    }
    return false;
  }

  bool agent_holds(const routing::Test& test) {
    for (const std::size_t agent : facts_.agents) {
      for (const auto& value : test.values) {
        for (const auto& [name, agents] : kBrowsers) {
          if (plain_host(name) == plain_host(value.text) && agents.contains(agent)) return true;
        }
        const bool is_text = value.browser == routing::Browser::kNone;
        if (is_text && kAgents[agent].find(value.text) != std::string::npos) return true;
      }
    }
    return false;
  }

  bool matches(const std::string& text, const std::string& pattern) {
    std::smatch match;
    if (!std::regex_search(text, match, std::regex(pattern))) return false;
    if (captured.empty()) {
      captured.assign(match.begin(), match.end());
      captured.resize(10);
    }
    return true;
  }

  template <class Holds>
  static bool any_value(const routing::Test& test, Holds&& holds) {
    return std::any_of(test.values.begin(), test.values.end(), holds);
  }

  const Facts& facts_;
};

std::string several_patterns(std::size_t count, const std::string& first = "") {
  std::string text = first;
  for (std::size_t i = 0; i < count; ++i) {
    text += (text.empty() ? "" : " or ") + ("path matches p" + std::to_string(i));
  }
  return text;
}

std::size_t steps_of(const std::string& text, Patterns& patterns) {
  const auto condition = Condition::parse(text);
  REQUIRE(condition);
  return table::compile_condition(*condition, patterns).steps.size();
}

}  // namespace

TEST_CASE("connectives become targets, tests stay in the order in which they are looked at") {
  CHECK(compiled("path is /a") == "1; path is /a: 0, -1");
  CHECK(compiled("path is /a and host is b or method is GET") ==
        "1; path is /a: 2, 3; host is b: 0, 3; method is GET: 0, -1");
  CHECK(compiled("path is /a and (host is b or method is GET)") ==
        "1; path is /a: 2, -1; host is b: 0, 3; method is GET: 0, -1");
}

TEST_CASE("negations swap targets") {
  CHECK(compiled("not path is /a") == "1; path is /a: -1, 0");
  CHECK(compiled("not (path is /a and host != b)") == "1; path is /a: 2, 0; host is b: 0, -1");
  CHECK(compiled("misses cookie a") == "1; cookie a present: -1, 0");
  CHECK(compiled("path misses a") == "1; path contains a: -1, 0");
}

TEST_CASE("a list of values is one test") {
  CHECK(compiled("path in (/a, /b)") == "1; path is /a /b: 0, -1");
}

TEST_CASE("constants and what nothing evaluates are folded") {
  CHECK(compiled("true") == "0");
  CHECK(compiled("false") == "-1");
  CHECK(compiled("script(night) or script(day)") == "-1");
  CHECK(compiled("not script(night)") == "0");
  CHECK(compiled("path is /a and true") == "1; path is /a: 0, -1");
  CHECK(compiled("path is /a or (false and host is b)") == "1; path is /a: 0, -1");
  CHECK(compiled("path is /a and false") == "-1");
  CHECK(compiled("true or path is /a and path matches b") == "0");
}

TEST_CASE("a pattern is looked for where a rewrite may use what it captures") {
  CHECK(compiled("path matches a or true") == "1; path matches a: 0, 0");
  CHECK(compiled("path matches a and false or host is b") ==
        "1; path matches a: 2, 2; host is b: 0, -1");
}

TEST_CASE("a gateway's first patterns are kept, a further one does not hold") {
  const std::size_t most = limits::kTablePatterns;
  Patterns patterns;
  CHECK(steps_of(several_patterns(most), patterns) == most);
  CHECK(steps_of(several_patterns(most), patterns) == most);  // the same ones again
  CHECK(steps_of("path matches another", patterns) == 0);
  CHECK(steps_of("host matches p1", patterns) == 0);  // without regard to case: another one

  Patterns at_once;
  const auto condition =
      Condition::parse(several_patterns(most - 1, "host matches p1") + " or not url matches last");
  REQUIRE(condition);
  const ConditionProgram program = table::compile_condition(*condition, at_once);
  CHECK(program.steps.size() == most);
  CHECK(program.steps.back().on_false == kHolds);
}

TEST_CASE("5,000 random conditions give the same as programs") {
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  Random random(seed);
  routing::ConditionScratch scratch;
  std::size_t held = 0;
  for (int i = 0; i < 5000; ++i) {
    const Meant meant = random_condition(random, random.below(4));
    CAPTURE(i, meant.text);
    const auto condition = Condition::parse(meant.text);
    REQUIRE(condition);
    Patterns patterns;
    const ConditionProgram program = table::compile_condition(*condition, patterns);
    CAPTURE(text_of(program));
    for (int j = 0; j < 3; ++j) {
      const Facts facts = random_facts(random);
      const std::string request = facts.as_text();
      CAPTURE(request);
      const TextualRequest parsed(request);
      routing::Captures captures;
      const bool holds = condition->evaluate(parsed.view(), scratch, &captures);
      Interpreter interpreter(facts);
      REQUIRE(interpreter.holds(program) == holds);
      REQUIRE(interpreter.captured.empty() == !captures.set);
      if (captures.set) REQUIRE(interpreter.captured == captures.groups);
      held += holds ? 1 : 0;
    }
  }
  CHECK(held > 1000);
  CHECK(held < 14000);
}
