#include "table/condition_reader.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/limits.h"
#include "routing/header_block.h"
#include "table/format_words.h"

namespace pointsman::table {
namespace {

using routing::Field;
using routing::Operator;

constexpr std::size_t kAddressBytes = 16;
constexpr std::uint64_t kAddressBits = 128;
constexpr std::uint64_t kPortMax = UINT16_MAX;

bool fits(Field field, Operator op, std::string_view name, std::uint64_t values) {
  if (has_name(field) == name.empty()) return false;
  if (field == Field::kHeader && routing::to_lower(name) != name) return false;
  if (field == Field::kRawAcl && op != Operator::kPresent) return false;
  switch (op) {
    case Operator::kIs:
      return values > 0;
    case Operator::kPresent:
      return values == 0 && has_name(field);
    default:
      return values == 1 && field != Field::kSrc && field != Field::kPort;
  }
}

void read_network(PackedReader& in) {
  if (in.array() != 2) in.fail();
  if (in.binary(kAddressBytes).size() != kAddressBytes) in.fail();
  in.number(kAddressBits);
}

// A text, or empty where the value is something else.
std::string read_value(PackedReader& in, Field field, Operator op) {
  if (field == Field::kSrc) {
    read_network(in);
  } else if (field == Field::kPort) {
    in.number(kPortMax);
  } else if (field == Field::kUserAgent && op == Operator::kIs && !in.text_is_next()) {
    in.signed_number(1, kBrowserMax);
  } else {
    return in.text(limits::kTableRecordBytes);
  }
  return "";
}

}  // namespace

bool ProgramCheck::read_entry(PackedReader& in, std::string_view key) {
  if (key == "start") {
    start_ = static_cast<Target>(in.signed_number(kFails, limits::kTableRecordBytes));
    has_start_ = true;
  } else if (key == "steps") {
    // More than a record has bytes can't follow.
    steps_ = static_cast<Target>(std::min<std::uint64_t>(in.array(), limits::kTableRecordBytes));
    for (Target number = 1; number <= steps_ && in.ok(); ++number) read_step(in, number, steps_);
  } else {
    return false;
  }
  return true;
}

void ProgramCheck::finish(PackedReader& in) const {
  if (!has_start_ || start_ > steps_) in.fail();
}

void ProgramCheck::read_step(PackedReader& in, Target number, Target steps) {
  if (in.array() != kStepSize) in.fail();
  const std::optional<Field> field = field_of(in.text(limits::kTableRecordBytes));
  const std::optional<Operator> op = operator_of(in.text(limits::kTableRecordBytes));
  const std::string name = in.text(limits::kTableRecordBytes);
  const std::uint64_t values = in.array();
  if (!field || !op || !fits(*field, *op, name, values)) {
    in.fail();
    return;
  }
  for (std::uint64_t i = 0; i < values && in.ok(); ++i) {
    const std::string text = read_value(in, *field, *op);
    if (*op == Operator::kMatches && !patterns_.admit(text, ignores_case(*field))) in.fail();
  }
  for (int i = 0; i < 2; ++i) {
    const auto target = static_cast<Target>(in.signed_number(kFails, steps));
    if (target > 0 && target <= number) in.fail();
  }
}

}  // namespace pointsman::table
