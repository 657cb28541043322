#include "routing/regex.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
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

// With a limit of its own (`(*LIMIT_MATCH=9)`), which only counts where it is lower than ours.
Regex::Match interpreted(const std::string& limit, const std::string& pattern, std::size_t length) {
  RegexScratch scratch;
  return compiled("(*NO_JIT)" + limit + pattern)->match(std::string(length, 'a') + "b", scratch);
}

// How many a's the pattern takes until it exceeds one of our limits.
std::size_t longest(const std::string& pattern) {
  std::size_t fits = 0;
  std::size_t too_long = 200000;
  while (too_long - fits > 1) {
    const std::size_t middle = (fits + too_long) / 2;
    (interpreted("", pattern, middle) == Regex::Match::kYes ? fits : too_long) = middle;
  }
  return fits;
}

std::string limit_of(const std::string& name, std::uint32_t value) {
  return "(*LIMIT_" + name + "=" + std::to_string(value) + ")";
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

// HAProxy's memory for it is not ours to enlarge, and the bridge is to answer as the agent does.
TEST_CASE("with JIT, a match that needs more memory than HAProxy gives it is cut off") {
  RegexScratch scratch;
  const auto regex = compiled("(b|.)+");
  CHECK(regex->match(std::string(500, 'a'), scratch) == Regex::Match::kYes);
  CHECK(regex->match(std::string(2000, 'a'), scratch) == Regex::Match::kLimit);
}

TEST_CASE("a pattern that recurses too deep is cut off, with and without JIT") {
  RegexScratch scratch;
  const std::string subject(1 << 20, '(');
  CHECK(compiled("^(\\((?1)*\\))$")->match(subject, scratch) != Regex::Match::kYes);
  CHECK(compiled("(*NO_JIT)^(\\((?1)*\\))$")->match(subject, scratch) == Regex::Match::kLimit);
}

// The longest subject that matches needs exactly the limit: one less of it is too little, and so is
// the limit for a subject that is longer by one.
TEST_CASE("a match takes as many steps as the limit, and no more") {
  const std::string pattern = "^[ab]*?b$";
  const std::size_t length = longest(pattern);
  CHECK(interpreted(limit_of("MATCH", limits::kRegexMatchLimit), pattern, length) ==
        Regex::Match::kYes);
  CHECK(interpreted(limit_of("MATCH", limits::kRegexMatchLimit - 1), pattern, length) ==
        Regex::Match::kLimit);
  CHECK(interpreted("", pattern, length + 1) == Regex::Match::kLimit);
}

TEST_CASE("a match goes as deep as the limit, and no deeper") {
  const std::string pattern = "^(a(?1)|b)$";
  const std::size_t length = longest(pattern);
  CHECK(interpreted(limit_of("DEPTH", limits::kRegexDepthLimit), pattern, length) ==
        Regex::Match::kYes);
  CHECK(interpreted(limit_of("DEPTH", limits::kRegexDepthLimit - 1), pattern, length) ==
        Regex::Match::kLimit);
  CHECK(interpreted("", pattern, length + 1) == Regex::Match::kLimit);
}

TEST_CASE("a match takes as much memory as the limit, and no more") {
  // With so many groups, each level of the match takes more than 1 KiB, and less than 2.
  std::string pattern = "^(?:a|c)*b";
  for (int i = 0; i < 60; ++i) pattern += "()";
  const std::size_t length = longest(pattern);
  CHECK(interpreted(limit_of("HEAP", limits::kRegexHeapKibibytes), pattern, length) ==
        Regex::Match::kYes);
  CHECK(interpreted(limit_of("HEAP", limits::kRegexHeapKibibytes - 2), pattern, length) ==
        Regex::Match::kLimit);
  CHECK(interpreted("", pattern, length + 1) == Regex::Match::kLimit);
  // It is this limit that was met, not that of the depth.
  CHECK(interpreted(limit_of("DEPTH", limits::kRegexDepthLimit - 1), pattern, length) ==
        Regex::Match::kYes);
}
