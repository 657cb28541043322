#include "table/format_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pointsman::table {
namespace {

using routing::Field;
using routing::Operator;
using Split = routing::SplitBySpec::Kind;

constexpr std::array<std::pair<Field, std::string_view>, 14> kFields{{
    {Field::kHost, "host"},
    {Field::kPath, "path"},
    {Field::kMethod, "method"},
    {Field::kScheme, "scheme"},
    {Field::kQuery, "query"},
    {Field::kUrl, "url"},
    {Field::kUserAgent, "user-agent"},
    {Field::kSrc, "src"},
    {Field::kSni, "sni"},
    {Field::kPort, "port"},
    {Field::kHeader, "header"},
    {Field::kCookie, "cookie"},
    {Field::kQueryParameter, "parameter"},
    {Field::kRawAcl, "acl"},
}};

// The first of an operator's word is what the word is read as.
constexpr std::array<std::pair<Operator, std::string_view>, 10> kOperators{{
    {Operator::kIs, "is"},
    {Operator::kIsNot, "is"},
    {Operator::kIn, "is"},
    {Operator::kContains, "contains"},
    {Operator::kMisses, "contains"},
    {Operator::kStartsWith, "starts with"},
    {Operator::kEndsWith, "ends with"},
    {Operator::kMatches, "matches"},
    {Operator::kPresent, "present"},
    {Operator::kAbsent, "present"},
}};

constexpr std::array<std::pair<Split, std::string_view>, 4> kSplits{{
    {Split::kHeader, "header"},
    {Split::kCookie, "cookie"},
    {Split::kQuery, "query"},
    {Split::kSource, "src"},
}};

template <class Words, class Meaning>
std::string_view word_of(const Words& words, Meaning meaning) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const auto& entry) { return entry.first == meaning; });
  return found == words.end() ? std::string_view() : found->second;
}

template <class Words>
auto meaning_of(const Words& words, std::string_view word)
    -> std::optional<typename Words::value_type::first_type> {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const auto& entry) { return entry.second == word; });
  if (found == words.end()) return std::nullopt;
  return found->first;
}

}  // namespace

std::string_view field_word(Field field) { return word_of(kFields, field); }
std::optional<Field> field_of(std::string_view word) { return meaning_of(kFields, word); }

std::string_view operator_word(Operator op) { return word_of(kOperators, op); }
std::optional<Operator> operator_of(std::string_view word) { return meaning_of(kOperators, word); }

std::string_view split_word(Split kind) { return word_of(kSplits, kind); }
std::optional<Split> split_of(std::string_view word) { return meaning_of(kSplits, word); }

bool has_name(Field field) {
  return field == Field::kHeader || field == Field::kCookie || field == Field::kQueryParameter ||
         field == Field::kRawAcl;
}

}  // namespace pointsman::table
