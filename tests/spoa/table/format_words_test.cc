#include "table/format_words.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace pointsman;
using namespace pointsman::table;
using routing::Field;
using routing::Operator;
using Split = routing::SplitBySpec::Kind;

TEST_CASE("each field has a word of its own, which is read as the field") {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Field::kRawAcl); ++i) {
    const auto field = static_cast<Field>(i);
    CHECK(words.insert(field_word(field)).second);
    CHECK(field_of(field_word(field)) == field);
  }
  CHECK_FALSE(field_of("Host"));
  CHECK_FALSE(field_of(""));
}

TEST_CASE("a negated operator has the word of what it negates, a list that of equality") {
  CHECK(operator_word(Operator::kIsNot) == "is");
  CHECK(operator_word(Operator::kIn) == "is");
  CHECK(operator_word(Operator::kMisses) == "contains");
  CHECK(operator_word(Operator::kAbsent) == "present");
  for (const Operator op : {Operator::kIs, Operator::kContains, Operator::kStartsWith,
                            Operator::kEndsWith, Operator::kMatches, Operator::kPresent}) {
    CHECK(operator_of(operator_word(op)) == op);
  }
  CHECK_FALSE(operator_of("in"));
}

TEST_CASE("headers, cookies and parameters are named") {
  CHECK(has_name(Field::kHeader));
  CHECK(has_name(Field::kCookie));
  CHECK(has_name(Field::kQueryParameter));
  CHECK(has_name(Field::kRawAcl));
  CHECK_FALSE(has_name(Field::kQuery));
  CHECK_FALSE(has_name(Field::kUserAgent));
}

TEST_CASE("each kind of split has its word") {
  for (const Split kind : {Split::kHeader, Split::kCookie, Split::kQuery, Split::kSource}) {
    CHECK(split_of(split_word(kind)) == kind);
  }
  CHECK_FALSE(split_of("none"));
  CHECK(browser_number(routing::Browser::kIe) == kBrowserMax);
}
