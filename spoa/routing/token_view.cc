#include "routing/token_view.h"

#include <algorithm>

namespace pointsman::routing {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kForcedFlag = 1;
constexpr std::uint16_t kTakenBit = 0x8000;
constexpr std::uint16_t kRollsEnd = 10000;  // a roll is 0 to 9,999

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

// Calls put(byte) for each byte that the text stands for. False: not canonical base64url, which
// means a foreign letter, an impossible length, or unused bits that are not zero.
template <class Put>
bool decode_base64url(std::string_view text, Put&& put) {
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) return false;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      put(static_cast<std::uint8_t>(bits >> count));
    }
  }
  return (bits & ((1u << count) - 1)) == 0;
}

std::uint16_t read_u16(WireCursor& cursor) {
  const unsigned high = cursor.u8();
  return static_cast<std::uint16_t>(high << 8 | cursor.u8());
}

// Everything before the MAC; the cursor fails where the bytes are none that append_token makes.
Token read_fields(WireCursor& cursor) {
  Token token;
  if (cursor.u8() != kVersion) cursor.fail(WireFailure::kMalformed);
  token.key_id = cursor.u8();
  const std::uint8_t flags = cursor.u8();
  if ((flags & ~kForcedFlag) != 0) cursor.fail(WireFailure::kMalformed);
  token.forced = (flags & kForcedFlag) != 0;
  token.issued = cursor.u32();
  token.seen = cursor.u32();
  token.route_tag = cursor.u32();
  token.condition_count = cursor.u8();
  if (token.condition_count > limits::kTokenConditions) {
    cursor.fail(WireFailure::kMalformed);
    return token;
  }
  for (std::size_t i = 0; i < token.condition_count; ++i) {
    ConditionMemory& memory = token.conditions[i];
    memory.tag = cursor.u32();
    const std::uint16_t outcome = read_u16(cursor);
    memory.taken = (outcome & kTakenBit) != 0;
    memory.roll = outcome & static_cast<std::uint16_t>(~kTakenBit);
    if (memory.roll >= kRollsEnd) cursor.fail(WireFailure::kMalformed);
  }
  return token;
}

// A token's bytes, on the stack, and what they say. Nothing is checked but their form.
struct RawToken {
  std::array<std::uint8_t, limits::kTokenTextBytes> bytes;
  std::size_t size = 0;
  Token fields;

  bool read(std::string_view text) {
    if (text.size() > limits::kTokenTextBytes) return false;
    if (!decode_base64url(text, [this](std::uint8_t byte) { bytes[size++] = byte; })) return false;
    WireCursor cursor(Bytes(bytes.data(), size));
    fields = read_fields(cursor);
    return cursor.ok() && cursor.remaining() == kTokenMacBytes;
  }
  Bytes signed_bytes() const { return {bytes.data(), size - kTokenMacBytes}; }
  std::span<const std::uint8_t, kTokenMacBytes> mac() const {
    return Bytes(bytes.data(), size).last<kTokenMacBytes>();
  }
};

std::optional<TokenRejection> refused_by_mac(TokenMac::Verdict verdict) {
  switch (verdict) {
    case TokenMac::Verdict::kGood:
      return std::nullopt;
    case TokenMac::Verdict::kUnknownKey:
      return TokenRejection::kUnknownKey;
    case TokenMac::Verdict::kBad:
      break;
  }
  return TokenRejection::kBadMac;
}

}  // namespace

const ConditionMemory* Token::find(std::uint32_t tag) const {
  for (const ConditionMemory& memory : memories()) {
    if (memory.tag == tag) return &memory;
  }
  return nullptr;
}

void Token::remember(ConditionMemory memory) {
  const auto end = conditions.begin() + condition_count;
  auto place = std::find_if(conditions.begin(), end,
                            [&](const ConditionMemory& other) { return other.tag == memory.tag; });
  if (place == conditions.end()) {
    --place;
  } else if (place == end) {
    ++condition_count;
  }
  std::move_backward(conditions.begin(), place, place + 1);
  conditions.front() = memory;
}

std::string_view to_text(TokenRejection rejection) {
  switch (rejection) {
    case TokenRejection::kMalformed:
      return "malformed";
    case TokenRejection::kUnknownKey:
      return "unknown_key";
    case TokenRejection::kBadMac:
      return "bad_mac";
    case TokenRejection::kFromFuture:
      return "from_future";
    case TokenRejection::kExpired:
      return "expired";
    case TokenRejection::kIdle:
      return "idle";
    case TokenRejection::kUnknownTag:
      return "unknown_tag";
  }
  return "malformed";
}

void append_token(ByteBuffer& out, const Token& token) {
  out.push_back(kVersion);
  out.push_back(token.key_id);
  out.push_back(token.forced ? kForcedFlag : 0);
  append_u32(out, token.issued);
  append_u32(out, token.seen);
  append_u32(out, token.route_tag);
  out.push_back(token.condition_count);
  for (const ConditionMemory& memory : token.memories()) {
    append_u32(out, memory.tag);
    const unsigned outcome = (memory.taken ? kTakenBit : 0u) | memory.roll;
    out.push_back(static_cast<std::uint8_t>(outcome >> 8));
    out.push_back(static_cast<std::uint8_t>(outcome & 0xFF));
  }
}

std::optional<Token> read_token(std::string_view text, std::string_view gateway,
                                const TokenMac& mac, UnixSeconds now, TokenRejection& rejection) {
  rejection = TokenRejection::kMalformed;
  RawToken raw;
  if (!raw.read(text)) return std::nullopt;
  const Token& token = raw.fields;
  const auto refused =
      refused_by_mac(mac.check(gateway, token.key_id, raw.signed_bytes(), raw.mac()));
  if (refused) {
    rejection = *refused;
    return std::nullopt;
  }
  if (token.issued > now + limits::kTokenFutureTolerance.count()) {
    rejection = TokenRejection::kFromFuture;
    return std::nullopt;
  }
  if (token.forced && now >= token.seen) {
    rejection = TokenRejection::kExpired;
    return std::nullopt;
  }
  return token;
}

std::optional<Token> decode_token(std::string_view text) {
  RawToken raw;
  if (!raw.read(text)) return std::nullopt;
  return raw.fields;
}

std::string to_base64url(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 5) / 6);
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8 | byte) & 0xFFFF;
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += kAlphabet[bits >> count & 63];
    }
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

bool from_base64url(std::string_view text, ByteBuffer& out) {
  out.clear();
  return decode_base64url(text, [&](std::uint8_t byte) { out.push_back(byte); });
}

}  // namespace pointsman::routing
