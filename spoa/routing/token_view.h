// The sticky token, decoded: what a visitor's cookie remembers. Layout in docs/formats/token.md.
// Signing and checking the MAC is behind the TokenMac interface (agent/key_ring), so this stays
// pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/limits.h"
#include "base/wire_cursor.h"

namespace pointsman::routing {

inline constexpr std::size_t kTokenMacBytes = 16;

struct ConditionMemory {
  std::uint32_t tag = 0;
  bool taken = false;
  std::uint16_t roll = 0;  // strength roll in 1/10,000
  bool operator==(const ConditionMemory&) const = default;
};

struct Token {
  std::uint8_t key_id = 0;
  bool forced = false;
  std::uint32_t issued = 0;     // Unix seconds
  std::uint32_t seen = 0;       // Unix seconds; forced: the expiry
  std::uint32_t route_tag = 0;  // of the weight tier; 0 = none
  std::uint8_t condition_count = 0;
  std::array<ConditionMemory, limits::kTokenConditions> conditions{};  // most recently used first

  bool operator==(const Token&) const = default;
  std::span<const ConditionMemory> memories() const { return {conditions.data(), condition_count}; }
  const ConditionMemory* find(std::uint32_t tag) const;
  // Puts the memory first, replacing one of the same tag, else dropping the last when full.
  void remember(ConditionMemory memory);
};

// What signs and verifies tokens.
struct StickyKey {
  std::uint8_t id = 0;
  ByteBuffer secret;  // limits::kStickyKeyBytesMin to kStickyKeyBytesMax bytes

  bool operator==(const StickyKey&) const = default;
};

// Why a token counts as absent. Never an error to the visitor; counted.
enum class TokenRejection : std::uint8_t {
  kMalformed,
  kUnknownKey,
  kBadMac,
  kFromFuture,
  kExpired,
  kIdle,
  kUnknownTag,
};
inline constexpr std::size_t kTokenRejections = 7;
std::string_view to_text(TokenRejection rejection);  // "malformed", "unknown_key", …

class TokenMac {
 public:
  enum class Verdict : unsigned char { kGood, kUnknownKey, kBad };
  virtual ~TokenMac() = default;
  // HMAC over gateway, one NUL byte, and `signed_bytes`; compares in constant time.
  virtual Verdict check(std::string_view gateway, std::uint8_t key_id, Bytes signed_bytes,
                        std::span<const std::uint8_t, kTokenMacBytes> mac) const = 0;
};

// All bytes before the MAC.
void append_token(ByteBuffer& out, const Token& token);

// Text (base64url, no padding) → checked token. `rejection` is set when there is none. Times are
// not looked at, but for a forced token's expiry and tokens from the future.
std::optional<Token> read_token(std::string_view text, std::string_view gateway,
                                const TokenMac& mac, UnixSeconds now, TokenRejection& rejection);

// The fields alone, with nothing checked: for showing a token, never for trusting one.
std::optional<Token> decode_token(std::string_view text);

std::string to_base64url(Bytes bytes);
bool from_base64url(std::string_view text, ByteBuffer& out);  // false: not canonical base64url

}  // namespace pointsman::routing
