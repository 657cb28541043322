#include "routing/condition_words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "routing/header_block.h"

namespace pointsman::routing {
namespace {

constexpr std::array kSymbols{
    OperatorSpelling{"==", "", Operator::kIs},
    OperatorSpelling{"=", "", Operator::kIs},
    OperatorSpelling{"!=", "", Operator::kIsNot},
};

constexpr std::array kWords{
    OperatorSpelling{"is", "not", Operator::kIsNot},
    OperatorSpelling{"is", "", Operator::kIs},
    OperatorSpelling{"not", "", Operator::kIsNot},
    OperatorSpelling{"has", "", Operator::kContains},
    OperatorSpelling{"contains", "", Operator::kContains},
    OperatorSpelling{"misses", "", Operator::kMisses},
    OperatorSpelling{"starts", "with", Operator::kStartsWith},
    OperatorSpelling{"ends", "with", Operator::kEndsWith},
    OperatorSpelling{"matches", "", Operator::kMatches},
    OperatorSpelling{"in", "", Operator::kIn},
};

// The first spelling of a field is the canonical one.
constexpr std::array kFields{
    std::pair{std::string_view("host"), Field::kHost},
    std::pair{std::string_view("path"), Field::kPath},
    std::pair{std::string_view("method"), Field::kMethod},
    std::pair{std::string_view("scheme"), Field::kScheme},
    std::pair{std::string_view("query"), Field::kQuery},
    std::pair{std::string_view("url"), Field::kUrl},
    std::pair{std::string_view("user-agent"), Field::kUserAgent},
    std::pair{std::string_view("user.agent"), Field::kUserAgent},
    std::pair{std::string_view("useragent"), Field::kUserAgent},
    std::pair{std::string_view("src"), Field::kSrc},
    std::pair{std::string_view("sni"), Field::kSni},
    std::pair{std::string_view("port"), Field::kPort},
    std::pair{std::string_view("header"), Field::kHeader},
    std::pair{std::string_view("cookie"), Field::kCookie},
};

constexpr std::array kBrowsers{
    std::pair{std::string_view("chrome"), Browser::kChrome},
    std::pair{std::string_view("firefox"), Browser::kFirefox},
    std::pair{std::string_view("safari"), Browser::kSafari},
    std::pair{std::string_view("edge"), Browser::kEdge},
    std::pair{std::string_view("ie"), Browser::kIe},
};

constexpr std::array<std::string_view, 22> kBeginnings{
    "host",      "path", "method", "scheme", "query",  "url",    "user-agent", "user.agent",
    "useragent", "src",  "sni",    "port",   "header", "cookie", "has",        "contains",
    "misses",    "not",  "script", "true",   "false",  "("};

constexpr std::array<std::string_view, 12> kOperators{
    "==",       "!=",     "is",          "is not",    "not",     "has",
    "contains", "misses", "starts with", "ends with", "matches", "in"};

constexpr std::array<std::string_view, 9> kOtherKeywords{
    "and", "or", "with", "starts", "ends", "true", "false", "script", "not"};

}  // namespace

std::span<const OperatorSpelling> operator_symbols() { return kSymbols; }
std::span<const OperatorSpelling> operator_words() { return kWords; }

std::optional<Field> field_named(std::string_view word) {
  for (const auto& [text, field] : kFields) {
    if (equal_ignoring_case(text, word)) return field;
  }
  return std::nullopt;
}

Browser browser_named(std::string_view word) {
  for (const auto& [text, browser] : kBrowsers) {
    if (equal_ignoring_case(text, word)) return browser;
  }
  return Browser::kNone;
}

std::string_view to_text(Field field) {
  if (field == Field::kQueryParameter) field = Field::kQuery;
  for (const auto& [text, named] : kFields) {
    if (named == field) return text;
  }
  return {};
}

std::string_view to_text(Operator op) {
  switch (op) {
    case Operator::kIs:
      return "==";
    case Operator::kIsNot:
      return "!=";
    case Operator::kContains:
      return "contains";
    case Operator::kMisses:
    case Operator::kAbsent:
      return "misses";
    case Operator::kStartsWith:
      return "starts with";
    case Operator::kEndsWith:
      return "ends with";
    case Operator::kMatches:
      return "matches";
    case Operator::kIn:
      return "in";
    case Operator::kPresent:
      return "has";
  }
  return {};
}

bool is_operator_word(std::string_view word) {
  return std::any_of(kWords.begin(), kWords.end(), [&](const OperatorSpelling& spelling) {
    return spelling.second.empty() && equal_ignoring_case(spelling.first, word);
  });
}

bool is_keyword(std::string_view word) {
  if (is_operator_word(word)) return true;
  return std::any_of(kOtherKeywords.begin(), kOtherKeywords.end(),
                     [&](std::string_view keyword) { return equal_ignoring_case(keyword, word); });
}

std::span<const std::string_view> words_that_begin_a_test() { return kBeginnings; }
std::span<const std::string_view> words_that_are_operators() { return kOperators; }

}  // namespace pointsman::routing
