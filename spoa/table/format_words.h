// The words and numbers of the table's format (docs/formats/table.md) that writer and reader share.
// They are the format's own: the languages of conditions and gateways may gain spellings.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "routing/condition.h"
#include "routing/route_spec.h"

namespace pointsman::table {

inline constexpr std::string_view kFormatName = "pointsman-table";
inline constexpr std::int64_t kFormatVersion = 1;
inline constexpr std::string_view kDefaultEpoch = "0";
inline constexpr std::size_t kStepSize = 6;  // field, operator, name, values, on_true, on_false

inline constexpr std::int64_t kBrowserMax = 5;
inline std::int64_t browser_number(routing::Browser browser) {
  static_assert(static_cast<int>(routing::Browser::kChrome) == 1);
  static_assert(static_cast<int>(routing::Browser::kFirefox) == 2);
  static_assert(static_cast<int>(routing::Browser::kSafari) == 3);
  static_assert(static_cast<int>(routing::Browser::kEdge) == 4);
  static_assert(static_cast<int>(routing::Browser::kIe) == kBrowserMax);
  return static_cast<std::int64_t>(browser);
}

std::string_view field_word(routing::Field field);
std::optional<routing::Field> field_of(std::string_view word);

// Negations have the word of what they negate, `in` that of `is`.
std::string_view operator_word(routing::Operator op);
std::optional<routing::Operator> operator_of(std::string_view word);

// Whether tests of the field name a header, cookie or parameter.
bool has_name(routing::Field field);

// What a keyed split takes its key from; not kNone.
std::string_view split_word(routing::SplitBySpec::Kind kind);
std::optional<routing::SplitBySpec::Kind> split_of(std::string_view word);

}  // namespace pointsman::table
