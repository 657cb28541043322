#include "agent/key_ring.h"

#include <fmt/format.h>
#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_CTX
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <optional>

#include "base/random.h"

namespace pointsman::agent {
namespace {

constexpr std::size_t kNewKeyBytes = 32;

using Mac = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

// HMAC (RFC 2104) by SHA-256, whose states behind the key's block are computed once. They are plain
// values: each MAC works on copies on the stack, so that threads share a key and nothing is
// allocated. EVP's contexts, which are to replace these functions, allocate at each start.
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes secret)
      : inner_(after_key(secret, 0x36)), outer_(after_key(secret, 0x5c)) {}

  Mac operator()(std::string_view gateway, Bytes signed_bytes) const {
    constexpr std::uint8_t kNul = 0;
    SHA256_CTX state = inner_;
    SHA256_Update(&state, gateway.data(), gateway.size());
    SHA256_Update(&state, &kNul, 1);
    SHA256_Update(&state, signed_bytes.data(), signed_bytes.size());
    Mac mac;
    SHA256_Final(mac.data(), &state);
    state = outer_;
    SHA256_Update(&state, mac.data(), mac.size());
    SHA256_Final(mac.data(), &state);
    return mac;
  }

 private:
  static SHA256_CTX after_key(Bytes secret, std::uint8_t pad) {
    static_assert(limits::kStickyKeyBytesMax <= SHA256_CBLOCK, "longer keys are hashed first");
    std::array<std::uint8_t, SHA256_CBLOCK> block{};
    std::copy(secret.begin(), secret.end(), block.begin());
    for (std::uint8_t& byte : block) byte ^= pad;
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, block.data(), block.size());
    return state;
  }

  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

std::string to_base64(Bytes bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  ByteBuffer with_nul(text.size() + 1);
  EVP_EncodeBlock(with_nul.data(), bytes.data(), static_cast<int>(bytes.size()));
  std::copy_n(with_nul.begin(), text.size(), text.begin());
  return text;
}

// Only what to_base64 makes: no blanks, no missing padding.
std::optional<ByteBuffer> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  ByteBuffer bytes(text.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), as_bytes(text).data(), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(std::count(text.begin(), text.end(), '='));
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return to_base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Result<StickyKey> parse_key(std::string_view line) {
  const std::size_t blank = line.find_first_of(" \t");
  const std::string_view digits = line.substr(0, blank);
  StickyKey key;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), key.id);
  if (failure != std::errc() || end != digits.data() + digits.size()) {
    return Error{"a key's id is a number from 0 to 255"};
  }
  const std::string_view secret =
      blank == std::string_view::npos ? std::string_view() : without_blanks(line.substr(blank));
  std::optional<ByteBuffer> bytes = from_base64(secret);
  if (secret.empty() || !bytes) {
    return Error{fmt::format("key {} is not base64; wanted `id base64`", key.id)};
  }
  if (bytes->size() < limits::kStickyKeyBytesMin || bytes->size() > limits::kStickyKeyBytesMax) {
    return Error{fmt::format("key {} has {} bytes, wanted {} to {}", key.id, bytes->size(),
                             limits::kStickyKeyBytesMin, limits::kStickyKeyBytesMax)};
  }
  key.secret = std::move(*bytes);
  return key;
}

}  // namespace

struct KeyRing::State {
  struct Key {
    std::uint8_t id = 0;
    HmacSha256 mac;
  };
  std::vector<Key> keys;
};

Result<std::shared_ptr<const KeyRing>> KeyRing::parse(std::string_view text,
                                                      const std::string& file) {
  std::vector<StickyKey> keys;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = without_blanks(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto refuse = [&](std::string_view why) {
      return Error{fmt::format("{}:{}: {}", file, line_number, why)};
    };
    Result<StickyKey> key = parse_key(line);
    if (!key) return refuse(key.error().message);
    const bool duplicate = std::any_of(keys.begin(), keys.end(),
                                       [&](const StickyKey& other) { return other.id == key->id; });
    if (duplicate) return refuse(fmt::format("key id {} is given twice", key->id));
    if (keys.size() == limits::kStickyKeys) {
      return refuse(fmt::format("more than {} keys", limits::kStickyKeys));
    }
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return Error{fmt::format("{}: no key in it; wanted lines `id base64`", file)};
  return std::make_shared<const KeyRing>(keys);
}

KeyRing::KeyRing(const std::vector<StickyKey>& keys)
    : keys_(keys), state_(std::make_unique<State>()) {
  assert(!keys.empty() && keys.size() <= limits::kStickyKeys);
  for (const StickyKey& key : keys) state_->keys.push_back({key.id, HmacSha256(key.secret)});
}

KeyRing::~KeyRing() = default;

routing::TokenMac::Verdict KeyRing::check(
    std::string_view gateway, std::uint8_t key_id, Bytes signed_bytes,
    std::span<const std::uint8_t, routing::kTokenMacBytes> mac) const {
  for (const State::Key& key : state_->keys) {
    if (key.id != key_id) continue;
    const Mac wanted = key.mac(gateway, signed_bytes);
    return CRYPTO_memcmp(wanted.data(), mac.data(), mac.size()) == 0 ? Verdict::kGood
                                                                     : Verdict::kBad;
  }
  return Verdict::kUnknownKey;
}

std::string KeyRing::sign(std::string_view gateway, routing::Token token) const {
  const State::Key& key = state_->keys.front();
  token.key_id = key.id;
  ByteBuffer bytes;
  routing::append_token(bytes, token);
  const Mac mac = key.mac(gateway, bytes);
  append_bytes(bytes, Bytes(mac).first(routing::kTokenMacBytes));
  return routing::to_base64url(bytes);
}

std::string new_key_line(std::uint8_t id) {
  std::array<std::uint8_t, kNewKeyBytes> secret{};
  fill_random(secret);
  return fmt::format("{} {}\n", id, to_base64(secret));
}

}  // namespace pointsman::agent
