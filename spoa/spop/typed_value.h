// One typed value of SPOP (SPOE.txt section 3.1): an argument of a message or the value of a
// variable. Texts and addresses borrow from the frame that they were read from.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/wire_cursor.h"

namespace pointsman::spop {

enum class ValueType : std::uint8_t {
  kNull = 0,
  kBool = 1,
  kInt32 = 2,
  kUint32 = 3,
  kInt64 = 4,
  kUint64 = 5,
  kIpv4 = 6,
  kIpv6 = 7,
  kText = 8,    // STR
  kBinary = 9,  // BIN
};

struct TypedValue {
  ValueType type = ValueType::kNull;
  bool boolean = false;       // kBool
  std::uint64_t integer = 0;  // the four integers; signed ones in two's complement
  Bytes bytes;                // kIpv4: 4, kIpv6: 16, kText, kBinary: any

  static TypedValue null() { return {}; }
  static TypedValue of_bool(bool value) { return {ValueType::kBool, value, 0, {}}; }
  static TypedValue of_int64(std::int64_t value) {
    return {ValueType::kInt64, false, static_cast<std::uint64_t>(value), {}};
  }
  static TypedValue of_uint32(std::uint32_t value) {
    return {ValueType::kUint32, false, value, {}};
  }
  static TypedValue of_text(std::string_view value) {
    return {ValueType::kText, false, 0, as_bytes(value)};
  }

  bool is_integer() const { return type >= ValueType::kInt32 && type <= ValueType::kUint64; }
  // STR or BIN as text; empty for every other type.
  std::string_view text() const {
    return type == ValueType::kText || type == ValueType::kBinary ? as_text(bytes)
                                                                  : std::string_view();
  }
};

// An unknown type (10 and above) cannot be skipped: the cursor fails as malformed.
TypedValue read_typed_value(WireCursor& cursor);
void append_typed_value(ByteBuffer& out, const TypedValue& value);

}  // namespace pointsman::spop
