#include "routing/condition_lexer.h"

#include <catch2/catch.hpp>

using namespace pointsman::routing;

TEST_CASE("what ends a bare word depends on what it may be") {
  ConditionLexer lexer("a=b!c&d|e&&f");
  CHECK(lexer.keyword_here() == "a");
  CHECK(ConditionLexer(lexer).take_name()->text == "a");
  CHECK(lexer.take_value()->text == "a=b!c&d|e");
  CHECK(lexer.take_symbol("&&"));
  CHECK(lexer.take_value()->text == "f");
  CHECK(lexer.at_end());
  CHECK_FALSE(lexer.take_value());
}

TEST_CASE("a name holds symbols other than a comparison") {
  CHECK(ConditionLexer("a!b&c|d!=e").take_name()->text == "a!b&c|d");
  CHECK(ConditionLexer("a||b").take_name()->text == "a");
  CHECK_FALSE(ConditionLexer("=a").take_name());
}

TEST_CASE("blanks, brackets, quotes and control characters end every word") {
  for (const char* text : {"a b", "a\tb", "a\nb", "a(b", "a)b", "a,b", "a'b", "a\"b", "a<b", "a>b",
                           "a\x7f", "a\x01"}) {
    CHECK(ConditionLexer(text).take_value()->text == "a");
  }
  CHECK(ConditionLexer("aä").take_value()->text == "aä");
}

TEST_CASE("keywords are whole words in any case") {
  ConditionLexer lexer("  And!(x");
  CHECK_FALSE(lexer.take_keyword("an"));
  CHECK_FALSE(lexer.take_keyword("andy"));
  CHECK(lexer.take_keyword("and"));
  CHECK(lexer.offset() == 5);
  CHECK_FALSE(ConditionLexer("is=x").take_operator_word("is"));
  CHECK(ConditionLexer("IS'x'").take_operator_word("is"));
}

TEST_CASE("a literal knows where each of its bytes stands") {
  ConditionLexer lexer("  'a''b' \"c\"\"d\" e");
  const auto first = lexer.take_value();
  REQUIRE(first);
  CHECK(first->text == "a'b");
  CHECK(first->offset == 2);
  CHECK(first->offset_of(0) == 3);
  CHECK(first->offset_of(2) == 6);
  CHECK(first->offset_of(3) == 7);
  CHECK(lexer.take_value()->text == "c\"d");
  const auto bare = lexer.take_value();
  CHECK(bare->offset_of(1) == 17);
}

TEST_CASE("an open quote is no literal and takes nothing") {
  ConditionLexer lexer("'a''");
  CHECK(lexer.quote_is_open());
  CHECK_FALSE(lexer.take_value());
  CHECK(lexer.offset() == 0);
  CHECK_FALSE(ConditionLexer("''").quote_is_open());
  CHECK_FALSE(ConditionLexer("a'").quote_is_open());
}
