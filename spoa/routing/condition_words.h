// The words of the condition language: fields, operators, browsers and keywords, shared by the
// parser, which takes them in any case, and the printer, which writes the canonical ones.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "routing/condition.h"

namespace pointsman::routing {

// One spelling of an operator. `second` is empty for most; "is" may be followed by "not".
struct OperatorSpelling {
  std::string_view first;
  std::string_view second;
  Operator op = Operator::kIs;
};

// Symbols and words, each list with the longer spelling first where one begins another.
std::span<const OperatorSpelling> operator_symbols();
std::span<const OperatorSpelling> operator_words();

// Fields and kinds; the kinds are kHeader, kCookie and, as the whole query string, kQuery.
std::optional<Field> field_named(std::string_view word);
Browser browser_named(std::string_view word);  // kNone where the word is no browser

std::string_view to_text(Field field);  // canonical; kQueryParameter is "query" as well
std::string_view to_text(Operator op);  // kPresent and kAbsent are the prefix words

// True where the word, standing where a field or an operator may, would be read as one.
bool is_operator_word(std::string_view word);
bool is_keyword(std::string_view word);

// For suggestions.
std::span<const std::string_view> words_that_begin_a_test();
std::span<const std::string_view> words_that_are_operators();

}  // namespace pointsman::routing
