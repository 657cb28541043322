#include "dns/record.h"

#include <catch2/catch.hpp>

#include "support/hex_text.h"

namespace pointsman::dns {
namespace {

using test::from_hex;
using test::to_hex;

std::string hex(std::string_view text) { return to_hex(from_hex(text)); }

TEST_CASE("records are these bytes") {
  const Name name = Name::parse("a.test").value();
  ByteBuffer out;
  SECTION("A") {
    append_address(out, 5, IpAddress::parse("10.0.0.1").value());
    CHECK(to_hex(out) == hex("c00c 0001 0001 00000005 0004 0a000001"));
  }
  SECTION("AAAA") {
    append_address(out, 5, IpAddress::parse("fd00::1").value());
    CHECK(to_hex(out) == hex("c00c 001c 0001 00000005 0010 fd000000000000000000000000000001"));
  }
  SECTION("SRV") {
    append_srv(out, 5, 25600, 8080, name);
    CHECK(to_hex(out) == hex("c00c 0021 0001 00000005 000e 0000 6400 1f90 0161 0474657374 00"));
    CHECK(out[kSrvTargetOffset] == 1);
  }
  SECTION("NS") {
    append_name(out, type::kNs, 5, name);
    CHECK(to_hex(out) == hex("c00c 0002 0001 00000005 0008 0161 0474657374 00"));
  }
  SECTION("SOA") {
    append_soa(out, 5, {name, Name(), 7, 5});
    CHECK(to_hex(out) == hex("c00c 0006 0001 00000005 001d 0161 0474657374 00 00"
                             "00000007 0000003c 0000001e 00015180 00000005"));
  }
  SECTION("TXT") {
    append_txt(out, 5, std::vector<std::string>{"ab", "c"});
    CHECK(to_hex(out) == hex("c00c 0010 0001 00000005 0005 02 6162 01 63"));
  }
  CHECK(record_size(out) == out.size());
}

std::size_t text_size(const std::vector<std::string>& strings) {
  ByteBuffer out;
  append_txt(out, 0, strings);
  CHECK(record_size(out) == out.size());
  return out.size() - kRecordHeadBytes;
}

TEST_CASE("a string has up to 255 bytes") {
  CHECK(text_size({std::string(255, 'a')}) == 256);
  CHECK(text_size({std::string(256, 'a')}) == 256);
}

TEST_CASE("strings that would make a record too long are left out") {
  std::vector<std::string> strings(3, std::string(255, 'a'));
  strings.push_back(std::string(limits::kDnsTextBytes - 3 * 256 - 3, 'b'));
  strings.push_back("c");
  CHECK(text_size(strings) == limits::kDnsTextBytes);
  strings.back() = "cc";
  CHECK(text_size(strings) == limits::kDnsTextBytes - 2);
  strings.push_back("d");
  CHECK(text_size(strings) == limits::kDnsTextBytes - 2);
}

}  // namespace
}  // namespace pointsman::dns
