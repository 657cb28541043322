// Signs and checks tokens without OpenSSL: a MAC that any changed bit changes, and that nobody
// should trust. Keys 1 and 2 are known, 1 signs.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "routing/token_view.h"

namespace pointsman::test {

class FakeTokenMac : public routing::TokenMac {
 public:
  using Mac = std::array<std::uint8_t, routing::kTokenMacBytes>;

  static constexpr std::uint8_t kSigningKey = 1;
  static constexpr std::uint8_t kOlderKey = 2;

  Verdict check(std::string_view gateway, std::uint8_t key_id, Bytes signed_bytes,
                std::span<const std::uint8_t, routing::kTokenMacBytes> mac) const override {
    if (key_id != kSigningKey && key_id != kOlderKey) return Verdict::kUnknownKey;
    const Mac wanted = mac_of(gateway, key_id, signed_bytes);
    return std::equal(mac.begin(), mac.end(), wanted.begin()) ? Verdict::kGood : Verdict::kBad;
  }

  static std::string sign(std::string_view gateway, routing::Token token,
                          std::uint8_t key_id = kSigningKey) {
    token.key_id = key_id;
    ByteBuffer bytes;
    routing::append_token(bytes, token);
    append_bytes(bytes, mac_of(gateway, key_id, bytes));
    return routing::to_base64url(bytes);
  }

  static Mac mac_of(std::string_view gateway, std::uint8_t key_id, Bytes signed_bytes) {
    Mac mac{};
    for (std::size_t half = 0; half < 2; ++half) {
      std::uint64_t hash = fnv(0xCBF29CE484222325u + half, {&key_id, 1});
      hash = fnv(hash, as_bytes(gateway));
      hash = fnv(hash, as_bytes(std::string_view("\0", 1)));
      hash = fnv(hash, signed_bytes);
      for (std::size_t i = 0; i < 8; ++i) {
        mac[half * 8 + i] = static_cast<std::uint8_t>(hash >> (8 * i));
      }
    }
    return mac;
  }

 private:
  // FNV-1a: each step is a bijection, so one flipped bit always changes the result.
  static std::uint64_t fnv(std::uint64_t hash, Bytes bytes) {
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3u;
    return hash;
  }
};

}  // namespace pointsman::test
