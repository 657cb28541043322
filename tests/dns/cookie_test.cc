// The examples of RFC 9018 appendix A.
#include "dns/cookie.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/hex_text.h"

namespace pointsman::dns {
namespace {

using test::from_hex;
using test::to_hex;

CookieSecret secret_of(std::string_view hex) {
  const ByteBuffer bytes = from_hex(hex);
  CookieSecret secret{};
  std::copy(bytes.begin(), bytes.end(), secret.begin());
  return secret;
}

const CookieSecret kSecret = secret_of("e5e973e5a6b2a43f48e7dc849e37bfcf");
const IpAddress kClient = IpAddress::parse("198.51.100.100").value();

std::string made(std::string_view client, const IpAddress& address, std::uint32_t now,
                 const CookieSecret& secret) {
  return to_hex(make_cookie(from_hex(client), address, now, secret));
}

TEST_CASE("a client learns a cookie") {
  CHECK(made("2464c4abcf10c957", kClient, 1559731985, kSecret) ==
        "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
}

TEST_CASE("a client renews its cookie") {
  const ByteBuffer cookie = from_hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  CHECK(is_good_cookie(cookie, kClient, 1559734385, kSecret));
  CHECK(made("2464c4abcf10c957", kClient, 1559734385, kSecret) ==
        "2464c4abcf10c957010000005cf7a871d4a564a1442aca77");
}

TEST_CASE("reserved bits of a cookie are part of its hash") {
  const IpAddress other = IpAddress::parse("203.0.113.203").value();
  ByteBuffer cookie = from_hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
  CHECK(is_good_cookie(cookie, other, 1559727985 + 60, kSecret));
  CHECK(made("fc93fc62807ddb86", other, 1559734700, kSecret) ==
        "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
  cookie[9] ^= 1;
  CHECK_FALSE(is_good_cookie(cookie, other, 1559727985 + 60, kSecret));
}

TEST_CASE("IPv6 addresses have cookies, and a secret takes its own alone") {
  const IpAddress v6 = IpAddress::parse("2001:db8:220:1:59de:d0f4:8769:82b8").value();
  const CookieSecret old_secret = secret_of("dd3bdf9344b678b185a6f5cb60fca715");
  const CookieSecret new_secret = secret_of("445536bcd2513298075a5d379663c962");
  const ByteBuffer cookie = from_hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
  CHECK(is_good_cookie(cookie, v6, 1559741961, old_secret));
  CHECK_FALSE(is_good_cookie(cookie, v6, 1559741961, new_secret));
  CHECK(made("22681ab97d52c298", v6, 1559741961, new_secret) ==
        "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
}

TEST_CASE("a cookie is good for an hour, and a little before it was made") {
  const std::uint32_t made_at = GENERATE(as<std::uint32_t>(), 1559731985, 10, 4294967290u);
  const Cookie cookie = make_cookie(from_hex("2464c4abcf10c957"), kClient, made_at, kSecret);
  CHECK(is_good_cookie(cookie, kClient, made_at, kSecret));
  CHECK(is_good_cookie(cookie, kClient, made_at + 3600, kSecret));
  CHECK_FALSE(is_good_cookie(cookie, kClient, made_at + 3601, kSecret));
  CHECK(is_good_cookie(cookie, kClient, made_at - 300, kSecret));
  CHECK_FALSE(is_good_cookie(cookie, kClient, made_at - 301, kSecret));
}

TEST_CASE("a cookie with any bit changed, or another address, is not good") {
  const Cookie good = make_cookie(from_hex("2464c4abcf10c957"), kClient, 1000000, kSecret);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Cookie changed = good;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1 << bit % 8);
    CHECK_FALSE(is_good_cookie(changed, kClient, 1000000, kSecret));
  }
  CHECK_FALSE(is_good_cookie(good, IpAddress::parse("198.51.100.101").value(), 1000000, kSecret));
  CHECK_FALSE(is_good_cookie(Bytes(good).first(8), kClient, 1000000, kSecret));
}

}  // namespace
}  // namespace pointsman::dns
