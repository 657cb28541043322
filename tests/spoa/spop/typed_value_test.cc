#include "spop/typed_value.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/spop_client.h"

namespace pointsman::spop {
namespace {

using test::from_hex;
using test::to_hex;

std::string written(const TypedValue& value) {
  ByteBuffer out;
  append_typed_value(out, value);
  return to_hex(out);
}

TypedValue of(ValueType type, Bytes bytes) { return {type, false, 0, bytes}; }
TypedValue of(ValueType type, std::int64_t value) {
  return {type, false, static_cast<std::uint64_t>(value), {}};
}

TEST_CASE("a boolean is its lowest flag bit and the other flag bits mean nothing") {
  for (const auto& [hex, expected] :
       {std::pair("01", false), {"11", true}, {"e1", false}, {"f1", true}}) {
    CAPTURE(hex);
    const ByteBuffer bytes = from_hex(hex);
    WireCursor cursor(bytes);
    const TypedValue value = read_typed_value(cursor);
    CHECK(cursor.ok());
    CHECK(value.type == ValueType::kBool);
    CHECK(value.boolean == expected);
  }
}

TEST_CASE("each type is written as SPOE gives it and read back the same") {
  const ByteBuffer v4 = from_hex("7f000001");
  const ByteBuffer v6 = from_hex("20010db8000000000000000000000001");
  const ByteBuffer odd = from_hex("00ff61");
  const std::vector<std::pair<TypedValue, std::string>> values = {
      {TypedValue::null(), "00"},
      {TypedValue::of_bool(false), "01"},
      {TypedValue::of_bool(true), "11"},
      {of(ValueType::kInt32, 5), "0205"},
      {of(ValueType::kInt32, -1), "02fff0fefefefefefefe0e"},
      {TypedValue::of_uint32(16380), "03fcf006"},
      {TypedValue::of_int64(0), "0400"},
      {TypedValue::of_int64(-1), "04fff0fefefefefefefe0e"},
      {of(ValueType::kUint64, -1), "05fff0fefefefefefefe0e"},
      {of(ValueType::kIpv4, v4), "067f000001"},
      {of(ValueType::kIpv6, v6), "0720010db8000000000000000000000001"},
      {TypedValue::of_text(""), "0800"},
      {TypedValue::of_text("/x"), "08022f78"},
      {of(ValueType::kBinary, Bytes()), "0900"},
      {of(ValueType::kBinary, odd), "090300ff61"},
  };
  for (const auto& [value, hex] : values) {
    CAPTURE(hex);
    CHECK(written(value) == hex);
    const ByteBuffer bytes = from_hex(hex);
    WireCursor cursor(bytes);
    const TypedValue read = read_typed_value(cursor);
    CHECK(cursor.ok());
    CHECK(cursor.at_end());
    CHECK(read.type == value.type);
    CHECK(read.boolean == value.boolean);
    CHECK(read.integer == value.integer);
    CHECK(to_hex(read.bytes) == to_hex(value.bytes));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      WireCursor cut(Bytes(bytes).first(length));
      CHECK(read_typed_value(cut).type == ValueType::kNull);
      CHECK(cut.failure() == WireFailure::kTruncated);
    }
  }
}

TEST_CASE("a text of 16 KiB is read in place") {
  const std::string text(16384, '\0');
  ByteBuffer bytes;
  append_typed_value(bytes, TypedValue::of_text(text));
  WireCursor cursor(bytes);
  const TypedValue value = read_typed_value(cursor);
  CHECK(value.text() == text);
  CHECK(value.bytes.data() == bytes.data() + bytes.size() - text.size());
}

TEST_CASE("a type from 10 to 15 is malformed, since nobody knows its length") {
  const auto type = GENERATE(range(10, 16));
  const ByteBuffer bytes{static_cast<std::uint8_t>(type), 0, 0, 0};
  WireCursor cursor(bytes);
  CHECK(read_typed_value(cursor).type == ValueType::kNull);
  CHECK(cursor.failure() == WireFailure::kMalformed);
}

TEST_CASE("only texts and binaries have a text") {
  const ByteBuffer four = from_hex("61626364");
  CHECK(of(ValueType::kIpv4, four).text().empty());
  CHECK(of(ValueType::kBinary, four).text() == "abcd");
  CHECK(TypedValue::of_uint32(7).text().empty());
}

}  // namespace
}  // namespace pointsman::spop
