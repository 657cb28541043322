#include "table/packed_reader.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"

using namespace pointsman;
using table::is_packed_map;
using table::PackedReader;
using namespace std::string_literals;

namespace {

std::string signed_of(const std::string& bytes, std::int64_t least = INT64_MIN,
                      std::int64_t greatest = INT64_MAX) {
  PackedReader in(as_bytes(bytes));
  const std::int64_t value = in.signed_number(least, greatest);
  return in.ended_well() ? std::to_string(value) : "failed";
}

// So many arrays and a map around them.
std::string nested_map(std::size_t depth) {
  return "\x81\xA1x" + std::string(depth - 1, '\x91') + "\1";
}

}  // namespace

TEST_CASE("signed numbers of every width are read") {
  CHECK(signed_of("\x00"s) == "0");
  CHECK(signed_of("\x7F") == "127");
  CHECK(signed_of("\xFF") == "-1");
  CHECK(signed_of("\xE0") == "-32");
  CHECK(signed_of("\xCC\xFF") == "255");
  CHECK(signed_of("\xD0\x80") == "-128");
  CHECK(signed_of("\xD1\x80\x00"s) == "-32768");
  CHECK(signed_of("\xD2\x80\x00\x00\x00"s) == "-2147483648");
  CHECK(signed_of("\xD3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE") == "-2");
  CHECK(signed_of("\xD3\x00\x00\x00\x00\x00\x00\x01\x00"s) == "256");
}

TEST_CASE("signed numbers keep to their range, and other types fail") {
  CHECK(signed_of("\xFF", -1, 1) == "-1");
  CHECK(signed_of("\xFE", -1, 1) == "failed");
  CHECK(signed_of("\x02", -1, 1) == "failed");
  CHECK(signed_of("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == "failed");
  CHECK(signed_of("\xA1x") == "failed");
  CHECK(signed_of("\xC0") == "failed");
  CHECK(signed_of("\xD2\x00"s) == "failed");
  CHECK(signed_of("") == "failed");
}

TEST_CASE("a look ahead takes nothing") {
  PackedReader in(as_bytes("\xA1x\x90"));
  CHECK(in.text_is_next());
  CHECK_FALSE(in.array_is_next());
  CHECK(in.text(1) == "x");
  CHECK(in.array_is_next());
  CHECK(in.array() == 0);
  CHECK_FALSE(in.text_is_next());
  CHECK(in.ended_well());
}

TEST_CASE("the innermost key that failed is told") {
  const std::string bytes = "\x81\xA1k\x81\xA1m\xC0";
  PackedReader in(as_bytes(bytes));
  in.each_entry([&](std::string_view) {
    in.each_entry([&](std::string_view) { return in.number(), true; });
    return true;
  });
  CHECK_FALSE(in.ok());
  CHECK(in.failed_key() == "m");
}

TEST_CASE("a text as long as the limit is read, a longer one is not") {
  CHECK(PackedReader(as_bytes("\xA2xy")).text(2) == "xy");
  PackedReader in(as_bytes("\xA2xy"));
  CHECK(in.text(1).empty());
  CHECK_FALSE(in.ok());
}

TEST_CASE("no other type is a text") {
  for (int type = 0; type < 256; ++type) {
    const bool is_text = (type >= 0xA0 && type < 0xC0) || (type >= 0xD9 && type <= 0xDB);
    const std::string bytes = std::string(1, static_cast<char>(type)) + std::string(100, '\0');
    PackedReader in(as_bytes(bytes));
    in.text(100);
    CHECK(in.ok() == is_text);
  }
}

TEST_CASE("a map is whole, alone, and as deep as the limit") {
  CHECK(is_packed_map(as_bytes("\x80")));
  CHECK(is_packed_map(as_bytes(nested_map(limits::kTableDepth))));
  CHECK_FALSE(is_packed_map(as_bytes(nested_map(limits::kTableDepth + 1))));
  CHECK_FALSE(is_packed_map(as_bytes("\x80\x80")));
  CHECK_FALSE(is_packed_map(as_bytes("\x81\xA1x")));
  CHECK_FALSE(is_packed_map(as_bytes("\x90")));
  CHECK_FALSE(is_packed_map({}));
}

TEST_CASE("values of every type are skipped, and claims of more than there is fail") {
  for (const std::string& value :
       {"\xC0"s, "\xC2"s,
        "\xCA"
        "abcd"s,
        "\xCB"
        "abcdefgh"s,
        "\xC4\x01x"s, "\xC7\x01tx"s, "\xD4tx"s, "\xD8t0123456789abcdef"s, "\xD9\x01x"s,
        "\xDC\x00\x01\x05"s, "\xDE\x00\x01\xA1k\x05"s, "\xCD\x01\x02"s,
        "\xD3"
        "abcdefgh"s}) {
    INFO(static_cast<int>(static_cast<unsigned char>(value[0])));
    CHECK(is_packed_map(as_bytes("\x81\xA1x" + value)));
    CHECK_FALSE(is_packed_map(as_bytes("\x81\xA1x" + value.substr(0, value.size() - 1))));
  }
  CHECK_FALSE(is_packed_map(as_bytes("\x81\xA1x\xC1")));
  CHECK_FALSE(is_packed_map(as_bytes("\x81\xA1x\xDD\xFF\xFF\xFF\xFF")));
}
