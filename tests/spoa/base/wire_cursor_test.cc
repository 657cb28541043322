#include "base/wire_cursor.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "support/spop_client.h"

namespace pointsman {
namespace {

using test::from_hex;
using test::to_hex;

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

// Each number and its only encoding: both sides of every change of length.
const std::vector<std::pair<std::uint64_t, std::string>> kVarints = {
    {0, "00"},
    {239, "ef"},
    {240, "f000"},
    {241, "f100"},
    {255, "ff00"},
    {2287, "ff7f"},
    {2288, "f08000"},
    {16380, "fcf006"},
    {264431, "ffff7f"},
    {264432, "f0808000"},
    {33818863, "ffffff7f"},
    {33818864, "f080808000"},
    {4328786159, "ffffffff7f"},
    {4328786160, "f08080808000"},
    {(std::uint64_t{1} << 32) - 1, "fff0fefe7e"},
    {(std::uint64_t{1} << 63) - 1, "fff0fefefefefefefe06"},
    {kLargest, "fff0fefefefefefefe0e"},
};

TEST_CASE("a varint is written and read at every change of its length") {
  for (const auto& [number, hex] : kVarints) {
    CAPTURE(number);
    ByteBuffer written;
    append_varint(written, number);
    CHECK(to_hex(written) == hex);
    WireCursor cursor(written);
    CHECK(cursor.varint() == number);
    CHECK(cursor.ok());
    CHECK(cursor.at_end());
  }
}

TEST_CASE("a varint cut at any byte is truncated, not malformed") {
  for (const auto& [number, hex] : kVarints) {
    const ByteBuffer whole = from_hex(hex);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(number, length);
      WireCursor cursor(Bytes(whole).first(length));
      CHECK(cursor.varint() == 0);
      CHECK(cursor.failure() == WireFailure::kTruncated);
    }
  }
}

TEST_CASE("a varint of 10 bytes is read, one of 11 is not") {
  ByteBuffer bytes;
  append_varint(bytes, kLargest);
  CHECK(bytes.size() == limits::kVarintBytes);
  CHECK(WireCursor(bytes).varint() == kLargest);
  bytes.back() |= 0x80;
  bytes.push_back(0);
  WireCursor cursor(bytes);
  CHECK(cursor.varint() == 0);
  CHECK(cursor.failure() == WireFailure::kMalformed);
}

TEST_CASE("a varint of more than 10 bytes or 64 bits is malformed") {
  const std::string hex = GENERATE(as<std::string>(),
                                   "fff0fefefefefefefe0f",     // 2^64 - 1 + 2^60
                                   "f0f0fefefefefefefe0f",     // 2^64 exactly, less 15 + 16
                                   "fff0fefefefefefefe10",     // a bit beyond the 64th
                                   "fff0fefefefefefefe8e00",   // 11 bytes
                                   "ffffffffffffffffffffffff"  // never ends
  );
  CAPTURE(hex);
  const ByteBuffer bytes = from_hex(hex);
  WireCursor cursor(bytes);
  CHECK(cursor.varint() == 0);
  CHECK(cursor.failure() == WireFailure::kMalformed);
}

TEST_CASE("any number survives being written and read as a varint") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t number = random() >> (random() % 64);
    ByteBuffer written;
    append_varint(written, number);
    WireCursor cursor(written);
    const std::uint64_t read = cursor.varint();
    if (read != number || !cursor.at_end() || written.size() > 10) {
      FAIL(number << " was read as " << read << " from " << to_hex(written));
    }
  }
}

TEST_CASE("a text longer than what is left is truncated, whatever its length says") {
  const std::string hex = GENERATE(as<std::string>(),
                                   "026f",                      // 2 bytes, 1 there
                                   "ff0061",                    // 255
                                   "f0f0fefefefefefe0e6161",    // about 2^60
                                   "fff0f0fdfefefefefe0e6161",  // near 2^64: start + length wraps
                                   "fff0fefefefefefefe0e61");   // 2^64 - 1
  CAPTURE(hex);
  const ByteBuffer bytes = from_hex(hex);
  WireCursor cursor(bytes);
  CHECK(cursor.text().empty());
  CHECK_FALSE(cursor.ok());
}

TEST_CASE("after its first failure a cursor yields zeros and keeps that failure") {
  const ByteBuffer bytes = from_hex("05 61 62 63 64");
  WireCursor cursor(bytes);
  CHECK(cursor.text().empty());
  CHECK(cursor.u8() == 0);
  CHECK(cursor.u32() == 0);
  CHECK(cursor.varint() == 0);
  CHECK(cursor.bytes(1).empty());
  cursor.fail(WireFailure::kMalformed);
  CHECK(cursor.failure() == WireFailure::kTruncated);
  CHECK(cursor.offset() == 1);
}

TEST_CASE("fixed-width numbers are big endian") {
  ByteBuffer bytes;
  append_u32(bytes, 0x01020304);
  append_u16(bytes, 0x0506);
  CHECK(to_hex(bytes) == "010203040506");
  WireCursor cursor(bytes);
  CHECK(cursor.u32() == 0x01020304);
  CHECK(cursor.u16() == 0x0506);
  CHECK(cursor.at_end());
  CHECK(cursor.u16() == 0);
  CHECK(cursor.u32() == 0);
  CHECK(cursor.failure() == WireFailure::kTruncated);
}

TEST_CASE("a text may be empty and may hold any byte") {
  const std::string text = GENERATE(std::string(), std::string("a\0b\xff", 4),
                                    std::string(239, 'x'), std::string(16384, '\xe9'));
  ByteBuffer bytes;
  append_text(bytes, text);
  WireCursor cursor(bytes);
  CHECK(cursor.text() == text);
  CHECK(cursor.at_end());
}

}  // namespace
}  // namespace pointsman
