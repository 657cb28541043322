#include "dns/cookie.h"

#include <algorithm>
#include <cassert>

#include "dns/sip_hash.h"

namespace pointsman::dns {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHashed = 16;  // the cookie before its hash, which ends with the time
constexpr std::size_t kTime = 12;
constexpr std::int32_t kLifetimeSeconds = 3600;
constexpr std::int32_t kFutureSeconds = 300;

// RFC 9018 section 4.4: the hash of all before it, then the address.
std::array<std::uint8_t, 8> hash_of(Bytes cookie, const IpAddress& address,
                                    const CookieSecret& secret) {
  std::array<std::uint8_t, kHashed + 16> input{};
  const Bytes all(address.bytes);
  const Bytes raw = address.is_v4() ? all.last(4) : all;
  std::copy_n(cookie.begin(), kHashed, input.begin());
  std::copy(raw.begin(), raw.end(), input.begin() + kHashed);
  const std::uint64_t hash = sip_hash_2_4(Bytes(input).first(kHashed + raw.size()), secret);
  std::array<std::uint8_t, 8> bytes{};  // little endian, as SipHash writes it
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  }
  return bytes;
}

}  // namespace

Cookie make_cookie(Bytes client, const IpAddress& address, std::uint32_t now_seconds,
                   const CookieSecret& secret) {
  assert(client.size() == 8);
  Cookie cookie{};
  std::copy_n(client.begin(), 8, cookie.begin());
  cookie[8] = kVersion;
  for (std::size_t i = 0; i < 4; ++i) {
    cookie[kTime + i] = static_cast<std::uint8_t>(now_seconds >> (24 - 8 * i));
  }
  const auto hash = hash_of(cookie, address, secret);
  std::copy(hash.begin(), hash.end(), cookie.begin() + kHashed);
  return cookie;
}

bool is_good_cookie(Bytes cookie, const IpAddress& address, std::uint32_t now_seconds,
                    const CookieSecret& secret) {
  if (cookie.size() != sizeof(Cookie) || cookie[8] != kVersion) return false;
  WireCursor time(cookie.subspan(kTime, 4));
  const auto age = static_cast<std::int32_t>(now_seconds - time.u32());  // RFC 1982: it wraps
  if (age > kLifetimeSeconds || age < -kFutureSeconds) return false;
  const auto hash = hash_of(cookie, address, secret);
  std::uint8_t difference = 0;  // looked at as a whole, so that the time taken tells nothing
  for (std::size_t i = 0; i < hash.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (hash[i] ^ cookie[kHashed + i]));
  }
  return difference == 0;
}

}  // namespace pointsman::dns
