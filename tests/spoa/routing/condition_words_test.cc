#include "routing/condition_words.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pointsman::routing;

TEST_CASE("each field reads its own canonical spelling") {
  for (int i = 0; i <= static_cast<int>(Field::kCookie); ++i) {
    const auto field = static_cast<Field>(i);
    CHECK(field_named(to_text(field)) == field);
  }
  CHECK(to_text(Field::kQueryParameter) == "query");
  CHECK_FALSE(field_named("hosts"));
}

TEST_CASE("a spelling that begins another stands behind it") {
  for (const auto spellings : {operator_symbols(), operator_words()}) {
    for (std::size_t i = 0; i < spellings.size(); ++i) {
      for (std::size_t later = i + 1; later < spellings.size(); ++later) {
        const std::string first =
            std::string(spellings[i].first) + std::string(spellings[i].second);
        const std::string second =
            std::string(spellings[later].first) + std::string(spellings[later].second);
        CHECK_FALSE(second.starts_with(first));
      }
    }
  }
}

TEST_CASE("browsers are named in any case") {
  CHECK(browser_named("IE") == Browser::kIe);
  CHECK(browser_named("fireFOX") == Browser::kFirefox);
  CHECK(browser_named("Firefox/1") == Browser::kNone);
}

TEST_CASE("operator words are those that stand alone") {
  CHECK(is_operator_word("IS"));
  CHECK(is_operator_word("in"));
  CHECK_FALSE(is_operator_word("starts"));
  CHECK_FALSE(is_operator_word("and"));
  CHECK(is_keyword("And"));
  CHECK(is_keyword("starts"));
  CHECK_FALSE(is_keyword("host"));
}
