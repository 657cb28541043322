#include "dns/option.h"

#include <algorithm>

#include "dns/record.h"

namespace pointsman::dns {
namespace {

constexpr std::uint16_t kNsid = 3;
constexpr std::uint16_t kClientSubnet = 8;
constexpr std::uint16_t kCookie = 10;
constexpr std::uint16_t kKeepalive = 11;

// RFC 7873 section 4: the client's part, and perhaps a server's of 8 to 32 bytes.
bool is_cookie_size(std::size_t size) {
  return size == kClientCookieBytes || (size >= 16 && size <= 40);
}

// RFC 7871 section 6: family, bits that count, scope (0 in a query), no more bytes than these bits
// fill, and the last byte's other bits 0.
bool is_client_subnet(Bytes data) {
  if (data.size() < 4) return false;
  const unsigned family = static_cast<unsigned>((data[0] << 8) | data[1]);
  const unsigned bits = data[2];
  const Bytes address = data.subspan(4);
  if (data[3] != 0 || address.size() != (bits + 7) / 8) return false;
  if ((family == 1 && bits > 32) || (family == 2 && bits > 128)) return false;
  return bits % 8 == 0 || (address.back() & (0xff >> bits % 8)) == 0;
}

bool read_option(std::uint16_t code, Bytes data, Edns& edns) {
  switch (code) {
    case kNsid:
      edns.wants_nsid = true;
      return true;
    case kClientSubnet:
      return is_client_subnet(data);
    case kCookie:
      if (edns.cookie.empty()) edns.cookie = data;  // RFC 7873 section 5.2: the first counts
      return is_cookie_size(data.size());
    case kKeepalive:
      edns.wants_keepalive = data.empty();
      return true;
    default:
      return true;
  }
}

}  // namespace

bool read_options(Bytes options, Edns& edns) {
  WireCursor cursor(options);
  while (!cursor.at_end()) {
    const std::uint16_t code = cursor.u16();
    const Bytes data = cursor.bytes(cursor.u16());
    if (!cursor.ok() || !read_option(code, data, edns)) return false;
  }
  return true;
}

OptRecord::OptRecord(bool dnssec_ok) {
  put_u16(1, type::kOpt);
  put_u16(3, kOwnPayloadSize);
  put_u16(7, dnssec_ok ? kDnssecOkFlag : 0);
}

void OptRecord::add_cookie(const Cookie& cookie) { add_option(kCookie, cookie); }

void OptRecord::add_nsid(std::string_view id) {
  add_option(kNsid, as_bytes(id.substr(0, limits::kDnsIdentityBytes)));
}

void OptRecord::add_keepalive(std::uint16_t tenths) {
  const std::array<std::uint8_t, 2> data{static_cast<std::uint8_t>(tenths >> 8),
                                         static_cast<std::uint8_t>(tenths)};
  add_option(kKeepalive, data);
}

void OptRecord::add_option(std::uint16_t code, Bytes data) {
  put_u16(size_, code);
  put_u16(size_ + 2, data.size());
  std::copy(data.begin(), data.end(),
            bytes_.begin() + static_cast<std::ptrdiff_t>(size_ + kOptionHeadBytes));
  size_ += kOptionHeadBytes + data.size();
  put_u16(9, size_ - kHeadBytes);
}

void OptRecord::put_u16(std::size_t place, std::size_t value) {
  bytes_[place] = static_cast<std::uint8_t>(value >> 8);
  bytes_[place + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace pointsman::dns
