// A domain name in wire form: labels with their lengths before them, the root's zero byte last (RFC
// 1035 section 3.1). It is kept in lower case, so names compare as bytes; only the letters A to Z
// are folded (RFC 4343), and a label may hold any other byte, a dot or a zero too. What a Name
// holds is within the limits of labels and names. A value without a heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/wire_cursor.h"

namespace pointsman::dns {

class Name {
 public:
  Name() { bytes_[0] = 0; }  // the root

  // "web.service.hap.test", perhaps with a dot at its end; "." is the root. A backslash before a
  // character takes it as it is, before three digits it is the byte of that value (RFC 1035
  // section 5.1).
  static std::optional<Name> parse(std::string_view text);

  // The name at the front of these bytes, whatever follows. Compression is not for the places where
  // this is used: a pointer is a fault.
  static std::optional<Name> read(Bytes bytes);

  // Puts a label in front; false, and nothing changes, if label or name would be empty or too long.
  [[nodiscard]] bool prepend(std::string_view label);

  std::string_view wire() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }
  std::size_t label_count() const { return labels_; }  // the root has none

  // The wire form of the last so many labels, at most label_count().
  std::string_view last_labels(std::size_t count) const;

  // Labels with dots between them, escaped as parse() reads it; "." for the root.
  std::string to_text() const;

  bool operator==(const Name& other) const { return wire() == other.wire(); }

 private:
  std::array<std::uint8_t, limits::kDnsNameBytes> bytes_;
  std::uint8_t size_ = 1;
  std::uint8_t labels_ = 0;
};

// The wire form of the name without its first label; `wire` is not the root's.
inline std::string_view parent_of(std::string_view wire) {
  return wire.substr(1 + static_cast<std::uint8_t>(wire.front()));
}

}  // namespace pointsman::dns
