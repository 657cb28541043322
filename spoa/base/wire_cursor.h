// Reads binary encodings, SPOE's and DNS's, from borrowed bytes. The cursor remembers its first
// failure and then yields zeros and empty views, so a codec reads everything and checks ok() once.
// Never reads beyond its bytes. SPOE's integers: SPOE.txt section 3.2 (varint), 3.1 (strings are
// varint + bytes).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pointsman {

using Bytes = std::span<const std::uint8_t>;
using ByteBuffer = std::vector<std::uint8_t>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

enum class WireFailure : std::uint8_t {
  kNone,
  kTruncated,  // the bytes end inside a value: more input could mend it
  kMalformed,  // no further input can mend it (a varint of more than 10 bytes or 64 bits)
};

class WireCursor {
 public:
  explicit WireCursor(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return failure_ == WireFailure::kNone; }
  WireFailure failure() const { return failure_; }
  bool at_end() const { return offset_ == bytes_.size(); }
  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }

  std::uint8_t u8();
  std::uint16_t u16();  // big endian
  std::uint32_t u32();  // big endian
  std::uint64_t varint();
  Bytes bytes(std::uint64_t length);
  std::string_view text();  // varint length, then that many bytes

  void fail(WireFailure failure) {
    if (ok()) failure_ = failure;
  }

 private:
  Bytes bytes_;
  std::size_t offset_ = 0;
  WireFailure failure_ = WireFailure::kNone;
};

void append_u16(ByteBuffer& out, std::uint16_t value);  // big endian
void append_u32(ByteBuffer& out, std::uint32_t value);  // big endian
void append_varint(ByteBuffer& out, std::uint64_t value);
void append_bytes(ByteBuffer& out, Bytes bytes);
void append_text(ByteBuffer& out, std::string_view text);  // varint length, then the bytes

}  // namespace pointsman
