#include "spop/typed_value.h"

#include <cassert>

namespace pointsman::spop {
namespace {

constexpr std::uint8_t kTypeBits = 0x0f;
constexpr std::uint8_t kTrueFlag = 0x10;  // the lowest of the four flag bits; the others are unused
constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;

}  // namespace

TypedValue read_typed_value(WireCursor& cursor) {
  const std::uint8_t tag = cursor.u8();
  TypedValue value;
  value.type = static_cast<ValueType>(tag & kTypeBits);
  switch (value.type) {
    case ValueType::kNull:
      break;
    case ValueType::kBool:
      value.boolean = (tag & kTrueFlag) != 0;
      break;
    case ValueType::kInt32:
    case ValueType::kUint32:
    case ValueType::kInt64:
    case ValueType::kUint64:
      value.integer = cursor.varint();
      break;
    case ValueType::kIpv4:
      value.bytes = cursor.bytes(kIpv4Bytes);
      break;
    case ValueType::kIpv6:
      value.bytes = cursor.bytes(kIpv6Bytes);
      break;
    case ValueType::kText:
    case ValueType::kBinary:
      value.bytes = as_bytes(cursor.text());
      break;
    default:  // its length is unknown, and so is all that follows
      cursor.fail(WireFailure::kMalformed);
  }
  return cursor.ok() ? value : TypedValue();
}

void append_typed_value(ByteBuffer& out, const TypedValue& value) {
  const auto type = static_cast<std::uint8_t>(value.type);
  switch (value.type) {
    case ValueType::kNull:
      out.push_back(type);
      break;
    case ValueType::kBool:
      out.push_back(value.boolean ? static_cast<std::uint8_t>(type | kTrueFlag) : type);
      break;
    case ValueType::kInt32:
    case ValueType::kUint32:
    case ValueType::kInt64:
    case ValueType::kUint64:
      out.push_back(type);
      append_varint(out, value.integer);
      break;
    case ValueType::kIpv4:
    case ValueType::kIpv6:
      assert(value.bytes.size() == (value.type == ValueType::kIpv4 ? kIpv4Bytes : kIpv6Bytes));
      out.push_back(type);
      append_bytes(out, value.bytes);
      break;
    case ValueType::kText:
    case ValueType::kBinary:
      out.push_back(type);
      append_text(out, as_text(value.bytes));
      break;
  }
}

}  // namespace pointsman::spop
