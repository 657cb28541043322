#include "routing/regex.h"

#include <catch2/catch.hpp>

using namespace pointsman::routing;

namespace {

std::shared_ptr<const Regex> compiled(std::string_view pattern,
                                      Regex::Case letters = Regex::Case::kSensitive) {
  auto regex = Regex::compile(pattern, letters);
  INFO(pattern);
  REQUIRE(regex);
  return *regex;
}

bool matches(std::string_view pattern, std::string_view subject) {
  RegexScratch scratch;
  return compiled(pattern)->match(subject, scratch) == Regex::Match::kYes;
}

}  // namespace

TEST_CASE("a pattern is found anywhere in the subject unless anchored") {
  CHECK(matches("b+", "abbc"));
  CHECK_FALSE(matches("^b", "abbc"));
  CHECK(matches("^$", ""));
  CHECK(matches("", std::string_view()));
  CHECK_FALSE(matches("ABB", "abbc"));
  CHECK(matches("(?i)ABB", "abbc"));
}

TEST_CASE("case is ignored on request") {
  RegexScratch scratch;
  CHECK(compiled("ABB", Regex::Case::kIgnored)->match("abb", scratch) == Regex::Match::kYes);
}

TEST_CASE("patterns and subjects are bytes, not UTF-8") {
  CHECK(matches("^..$", "ä"));
  CHECK(matches("^.$", "\xff"));
  CHECK(matches("a.b", std::string_view("a\0b", 3)));
}

TEST_CASE("a pattern that asks for UTF-8 doesn't match what is none") {
  CHECK(matches("(*UTF)^.$", "ä"));
  CHECK_FALSE(matches("(*UTF).", "\xff"));
}

TEST_CASE("groups 1 to 9 and the whole match are captured, unset ones are empty") {
  RegexScratch scratch;
  std::vector<std::string> groups;
  const auto ten = compiled("(1)(2)(3)(4)(5)(6)(7)(8)(9)(x)");
  REQUIRE(ten->match("-123456789x-", scratch, &groups) == Regex::Match::kYes);
  CHECK(groups ==
        std::vector<std::string>{"123456789x", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(ten->group_count() == 10);

  const auto one = compiled("a(b)?(c)?d");  // after a pattern with more groups
  REQUIRE(one->match("acd", scratch, &groups) == Regex::Match::kYes);
  CHECK(groups == std::vector<std::string>{"acd", "", "c", "", "", "", "", "", "", ""});
}

TEST_CASE("a match that ends before it starts captures nothing") {
  RegexScratch scratch;
  std::vector<std::string> groups;
  const auto regex = Regex::compile("(?=ab\\K)");
  if (!regex) return;  // newer versions of PCRE2 refuse it
  if ((*regex)->match("ab", scratch, &groups) == Regex::Match::kYes) CHECK(groups.at(0).empty());
}

TEST_CASE("an error tells the byte and the reason") {
  const auto error = [](std::string_view pattern) {
    const auto regex = Regex::compile(pattern);
    REQUIRE_FALSE(regex);
    CHECK_FALSE(regex.error().message.empty());
    return regex.error().offset;
  };
  CHECK(error("a(b") == 3);
  CHECK(error("a)b") == 1);
  CHECK(error("*a") == 0);
  CHECK(error("ab[c") == 4);
}

TEST_CASE("a pattern that explodes is cut off, with and without JIT") {
  RegexScratch scratch;
  const std::string subject = std::string(100, 'a') + "b";
  CHECK(compiled("^(a+)+$")->match(subject, scratch) == Regex::Match::kLimit);
  CHECK(compiled("(*NO_JIT)^(a+)+$")->match(subject, scratch) == Regex::Match::kLimit);
  CHECK(compiled("^(a+)+$")->match("aaa", scratch) == Regex::Match::kYes);
}

TEST_CASE("a pattern that recurses too deep is cut off, with and without JIT") {
  RegexScratch scratch;
  const std::string subject(1 << 20, '(');
  CHECK(compiled("^(\\((?1)*\\))$")->match(subject, scratch) != Regex::Match::kYes);
  CHECK(compiled("(*NO_JIT)^(\\((?1)*\\))$")->match(subject, scratch) == Regex::Match::kLimit);
}
