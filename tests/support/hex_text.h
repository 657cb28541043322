// Bytes as tests write them.
#pragma once

#include <string>
#include <string_view>

#include "base/wire_cursor.h"

namespace pointsman::test {

// "0a ff" or "0aff": pairs of hex digits; everything else is skipped.
inline ByteBuffer from_hex(std::string_view text) {
  ByteBuffer bytes;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
    high = high >= 0 ? -1 : digit;
  }
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

inline ByteBuffer operator+(ByteBuffer left, const ByteBuffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace pointsman::test
