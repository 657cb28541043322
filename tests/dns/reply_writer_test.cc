#include "dns/reply_writer.h"

#include <catch2/catch.hpp>

#include "support/hex_text.h"

namespace pointsman::dns {
namespace {

using test::from_hex;
using test::to_hex;

const ByteBuffer kQuestion = from_hex("01 61 00 0001 0001");
const ByteBuffer kTwoAddresses =
    from_hex("c00c 0001 0001 00000005 0004 0a000001 c00c 0001 0001 00000005 0004 0a000002");
const ByteBuffer kOpt = from_hex("00 0029 04d0 00 00 0000 0000");

std::string hex(std::string_view text) { return to_hex(from_hex(text)); }

Glue glue_of(std::uint32_t target, const char* address) {
  const IpAddress parsed = IpAddress::parse(address).value();
  ByteBuffer record;
  append_address(record, 5, parsed);
  Glue glue{target, parsed.is_v4()};
  std::copy(record.begin() + 2, record.end(), glue.bytes.begin());
  return glue;
}

struct Written {
  ByteBuffer out = ByteBuffer(65535);
  std::size_t size = 0;
  bool truncated = false;

  std::string header() const { return to_hex(Bytes(out).first(12)); }
  std::string rest() const { return to_hex(Bytes(out).first(size).subspan(12 + 7)); }
};

Written write_two(std::size_t limit, std::size_t owner = 12) {
  Written written;
  ReplyWriter writer(written.out, limit, kQuestion, kOpt);
  CHECK(writer.add_set(Section::kAnswer, {1, 2, kTwoAddresses, {}}, owner) == 12 + 7);
  written.truncated = writer.truncated();
  written.size = writer.finish(0x1234, 0x8400, 0);
  return written;
}

constexpr std::size_t kWhole = 12 + 7 + 32 + 11;

TEST_CASE("a reply is header, question, records and OPT") {
  const Written written = write_two(kWhole);
  CHECK(written.header() == hex("1234 8400 0001 0002 0000 0001"));
  CHECK(written.rest() == to_hex(kTwoAddresses) + to_hex(kOpt));
  CHECK_FALSE(written.truncated);
}

TEST_CASE("with a byte less, a whole record less is there") {
  const Written written = write_two(kWhole - 1);
  CHECK(written.header() == hex("1234 8600 0001 0001 0000 0001"));
  CHECK(written.rest() == to_hex(Bytes(kTwoAddresses).first(16)) + to_hex(kOpt));
  CHECK(written.truncated);
  CHECK(write_two(kWhole - 16).rest() == written.rest());
  CHECK(write_two(kWhole - 17).rest() == to_hex(kOpt));
}

TEST_CASE("records of another owner point to it") {
  const Written written = write_two(kWhole, 0x0123);
  CHECK(written.rest().substr(0, 4) == "c123");
  CHECK(written.rest().substr(32, 4) == "c123");
}

TEST_CASE("glue points to its owner's name, and stops where no more fits") {
  const ByteBuffer record = from_hex("c00c 0002 0001 00000005 0003 01 62 00");
  const std::vector<Glue> glue{glue_of(12, "10.0.0.1"), glue_of(12, "fd00::1")};
  const RecordSet set{2, 1, record, glue};
  const auto write = [&](std::size_t limit) {
    Written written;
    ReplyWriter writer(written.out, limit, kQuestion, {});
    writer.add_glue(set, writer.add_set(Section::kAnswer, set, 12));
    written.size = writer.finish(1, 0x8000, 0);
    return written;
  };
  const std::string v4 = hex("c01f 0001 0001 00000005 0004 0a000001");
  const std::string v6 = hex("c01f 001c 0001 00000005 0010 fd000000000000000000000000000001");
  const std::size_t whole = 12 + 7 + record.size() + 16 + 28;
  CHECK(write(whole).rest() == to_hex(record) + v4 + v6);
  CHECK(write(whole).header() == hex("0001 8000 0001 0001 0000 0002"));
  CHECK(write(whole - 1).rest() == to_hex(record) + v4);
  CHECK(write(whole - 1).header() == hex("0001 8000 0001 0001 0000 0001"));
  CHECK(write(whole - 28).rest() == to_hex(record) + v4);
  CHECK(write(whole - 29).rest() == to_hex(record));
}

// NS of the name b.c at these offsets, with a long record before the second; the glue of both.
std::string owner_of_second_glue(std::size_t first, std::size_t second, std::string_view name) {
  ByteBuffer records = from_hex("c00c 0002 0001 00000005 0005 01 62 01 63 00");
  const std::size_t base = first - kRecordHeadBytes;
  ByteBuffer filler = from_hex("c00c 0010 0001 00000005 0000");
  filler.resize(second - kRecordHeadBytes - base - records.size());
  filler[10] = static_cast<std::uint8_t>((filler.size() - 12) >> 8);
  filler[11] = static_cast<std::uint8_t>(filler.size() - 12);
  append_bytes(records, filler);
  append_name(records, type::kNs, 5, Name::parse(name).value());
  const std::vector<Glue> glue{glue_of(kRecordHeadBytes, "10.0.0.1"),
                               glue_of(static_cast<std::uint32_t>(second - base), "10.0.0.2")};
  ByteBuffer before = from_hex("c00c 0010 0001 00000005 0000");
  before.resize(base - 19);
  before[10] = static_cast<std::uint8_t>((before.size() - 12) >> 8);
  before[11] = static_cast<std::uint8_t>(before.size() - 12);
  Written written;
  ReplyWriter writer(written.out, 65535, kQuestion, {});
  writer.add_set(Section::kAnswer, {16, 1, before, {}}, 12);
  const RecordSet set{2, 3, records, glue};
  writer.add_glue(set, writer.add_set(Section::kAnswer, set, 12));
  written.size = writer.finish(1, 0x8000, 0);
  const std::string tail = hex("0001 0001 00000005 0004 0a000002");
  const std::string rest = written.rest();
  REQUIRE(rest.ends_with(tail));
  const std::string before_tail = rest.substr(0, rest.size() - tail.size());
  return before_tail.substr(before_tail.rfind(hex("0a000001")) + 8);
}

TEST_CASE("a pointer reaches 16,383") {
  CHECK(owner_of_second_glue(1000, 0x3fff, "b.c") == "ffff");
}

TEST_CASE("beyond that, the label is written and the rest pointed to in the first name") {
  CHECK(owner_of_second_glue(1000, 0x4000, "b.c") == hex("01 62 c3ea"));
  CHECK(owner_of_second_glue(0x3ffd, 0x5000, "bbb.c") == hex("03 626262 ffff"));
}

TEST_CASE("a name is written out whole if its rest is another, or beyond reach, too") {
  CHECK(owner_of_second_glue(1000, 0x4000, "b.d") == hex("01 62 01 64 00"));
  CHECK(owner_of_second_glue(1000, 0x4000, "c") == hex("01 63 00"));
  CHECK(owner_of_second_glue(1000, 0x4000, "b.b.c") == hex("01 62 01 62 01 63 00"));
  CHECK(owner_of_second_glue(0x3ffe, 0x5000, "b.c") == hex("01 62 01 63 00"));
}

TEST_CASE("an rcode's lower bits are in the header") {
  Written written;
  ReplyWriter writer(written.out, 512, {}, {});
  written.size = writer.finish(1, 0x8000, 16 + 5);
  CHECK(written.size == 12);
  CHECK(written.header() == hex("0001 8005 0000 0000 0000 0000"));
}

}  // namespace
}  // namespace pointsman::dns
