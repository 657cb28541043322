#include "spop/frame.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"
#include "spop/action.h"
#include "support/spop_client.h"

namespace pointsman::spop {
namespace {

using test::from_hex;
using test::to_hex;

std::string hex(std::string_view text) { return to_hex(from_hex(text)); }

TEST_CASE("an ACK is framed with its length, flags and ids") {
  ByteBuffer out;
  const std::size_t start = begin_frame(out, {FrameType::kAck, kFlagFin, 0, 1});
  ActionList(out, 100).set(Scope::kTransaction, "route", TypedValue::of_text("a"));
  end_frame(out, start);
  CHECK(to_hex(out) == hex("00000013 67 00000001 00 01 01 03 02 05 726f757465 08 01 61"));
}

TEST_CASE("an ACK that aborts has both flags") {
  ByteBuffer out;
  end_frame(out, begin_frame(out, {FrameType::kAck, kFlagFin | kFlagAbort, 3, 1}));
  CHECK(to_hex(out) == hex("00000007 67 00000003 03 01"));
}

TEST_CASE("a frame behind others in the same buffer leaves them alone") {
  ByteBuffer out = from_hex("aabb");
  end_frame(out, begin_frame(out, {FrameType::kAck, kFlagFin, 300, 2}));
  CHECK(to_hex(out) == hex("aabb 00000008 67 00000001 fc03 02"));
}

TEST_CASE("a DISCONNECT carries its code and a text") {
  ByteBuffer out;
  append_agent_disconnect(out, StatusCode::kNormal);
  CHECK(to_hex(out) == hex("00000025 66 00000001 00 00 0b 7374617475732d636f6465 03 00"
                           "07 6d657373616765 08 06 6e6f726d616c"));
}

TEST_CASE("a header is read with ids of any size") {
  const std::uint64_t id =
      GENERATE(as<std::uint64_t>(), 0, 1, 300, 0x7fffffff, 0xffffffff, ~std::uint64_t{0});
  ByteBuffer out;
  const FrameHeader header{FrameType::kNotify, kFlagFin, id, id};
  begin_frame(out, header);
  WireCursor cursor(Bytes(out).subspan(kFrameLengthBytes));
  CHECK(read_frame_header(cursor) == header);
  CHECK(cursor.at_end());
  CHECK(cursor.ok());
  CHECK(out.size() - kFrameLengthBytes >= kFrameHeaderBytesMin);
  CHECK(out.size() - kFrameLengthBytes <= kFrameHeaderBytesMax);
}

TEST_CASE("a header cut at any byte is truncated") {
  const ByteBuffer whole = from_hex("03 00000001 fc03 02");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    WireCursor cursor(Bytes(whole).first(length));
    read_frame_header(cursor);
    CHECK(cursor.failure() == WireFailure::kTruncated);
  }
}

TEST_CASE("reserved flags are neither FIN nor ABORT") {
  const ByteBuffer bytes = from_hex("03 fffffffc 01 01");
  WireCursor cursor(bytes);
  const FrameHeader header = read_frame_header(cursor);
  CHECK_FALSE(header.fin());
  CHECK_FALSE(header.aborted());
}

TEST_CASE("seven frame types are known") {
  int known = 0;
  for (int type = 0; type < 256; ++type) known += is_known(static_cast<FrameType>(type)) ? 1 : 0;
  CHECK(known == 7);
}

}  // namespace
}  // namespace pointsman::spop
