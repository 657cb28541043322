#include "base/wire_cursor.h"

#include "base/limits.h"

namespace pointsman {

std::uint8_t WireCursor::u8() {
  if (!ok()) return 0;
  if (remaining() < 1) {
    fail(WireFailure::kTruncated);
    return 0;
  }
  return bytes_[offset_++];
}

std::uint16_t WireCursor::u16() {
  const Bytes two = bytes(2);
  if (two.size() < 2) return 0;
  return static_cast<std::uint16_t>((two[0] << 8) | two[1]);
}

std::uint32_t WireCursor::u32() {
  const Bytes four = bytes(4);
  if (four.size() < 4) return 0;
  return (std::uint32_t{four[0]} << 24) | (std::uint32_t{four[1]} << 16) |
         (std::uint32_t{four[2]} << 8) | std::uint32_t{four[3]};
}

// The first byte holds 4 bits beyond its prefix 0xf0, each further byte 7; a set top bit (or, in
// the first byte, 0xf0 and above) says that another follows. The parts are added, not or-ed.
std::uint64_t WireCursor::varint() {
  const std::uint8_t first = u8();
  if (!ok() || first < 0xf0) return first;
  std::uint64_t value = first;
  unsigned shift = 4;
  for (std::size_t length = 2; length <= limits::kVarintBytes; ++length, shift += 7) {
    const std::uint8_t byte = u8();
    if (!ok()) return 0;
    const std::uint64_t part = std::uint64_t{byte} << shift;
    if ((part >> shift) != byte || value + part < value) break;
    value += part;
    if (byte < 0x80) return value;
  }
  fail(WireFailure::kMalformed);
  return 0;
}

Bytes WireCursor::bytes(std::uint64_t length) {
  if (!ok()) return {};
  if (length > remaining()) {
    fail(WireFailure::kTruncated);
    return {};
  }
  const Bytes taken = bytes_.subspan(offset_, static_cast<std::size_t>(length));
  offset_ += static_cast<std::size_t>(length);
  return taken;
}

std::string_view WireCursor::text() {
  const std::uint64_t length = varint();
  return as_text(bytes(length));
}

void append_u16(ByteBuffer& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_u32(ByteBuffer& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void append_varint(ByteBuffer& out, std::uint64_t value) {
  if (value < 0xf0) {
    out.push_back(static_cast<std::uint8_t>(value));
    return;
  }
  out.push_back(static_cast<std::uint8_t>(value | 0xf0));
  value = (value - 0xf0) >> 4;
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value = (value - 0x80) >> 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_bytes(ByteBuffer& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_text(ByteBuffer& out, std::string_view text) {
  append_varint(out, text.size());
  append_bytes(out, as_bytes(text));
}

}  // namespace pointsman
