// IPv4 and IPv6 addresses and networks as one kind of value: 16 bytes, IPv4 in its v4-mapped form
// (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so that both spellings of an address are equal.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/wire_cursor.h"

namespace pointsman {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<IpAddress> parse(std::string_view text);
  static std::optional<IpAddress> from_bytes(Bytes bytes);  // 4 or 16 bytes, network order

  bool is_v4() const;
  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_loopback() const;     // 127.0.0.0/8 or ::1
  std::string to_text() const;  // "10.0.0.1" or "2001:db8::1" (RFC 5952)
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes a 0 of the standard's for a pointer
  auto operator<=>(const IpAddress&) const = default;
};

// An address with the number of leading bits that count, in the mapped form (10.0.0.0/8 is 104).
struct IpNetwork {
  IpAddress address;
  unsigned bits = 128;

  // "10.0.0.0/8", "2001:db8::/32", or a lone address. Host bits that are set are an error
  // (nullopt).
  static std::optional<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& other) const;
  std::string to_text() const;
  auto operator<=>(const IpNetwork&) const = default;
};

}  // namespace pointsman
