// The keys that sign and verify sticky tokens (HMAC-SHA256, OpenSSL). File: lines `id base64`, id 0
// to 255; the first key signs, all verify, so keys rotate without losing a session. Immutable,
// shared.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "routing/token_view.h"

namespace pointsman::agent {

using routing::StickyKey;

class KeyRing : public routing::TokenMac {
 public:
  static Result<std::shared_ptr<const KeyRing>> parse(std::string_view text,
                                                      const std::string& file);
  // Refuses a file that others than its owner and group may read.
  static Result<std::shared_ptr<const KeyRing>> load(const std::string& path);
  // Makes a file with one random key, mode 0600, where there is none; then loads it.
  static Result<std::shared_ptr<const KeyRing>> load_or_create(const std::string& path,
                                                               bool& created);
  // One to kStickyKeys keys.
  explicit KeyRing(const std::vector<StickyKey>& keys);
  ~KeyRing() override;
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  Verdict check(std::string_view gateway, std::uint8_t key_id, Bytes signed_bytes,
                std::span<const std::uint8_t, routing::kTokenMacBytes> mac) const override;
  // The token's text, signed by the first key (its id is put in).
  std::string sign(std::string_view gateway, routing::Token token) const;
  std::span<const StickyKey> keys() const { return keys_; }  // the first one signs

 private:
  struct State;  // the keys, ready for use
  std::vector<StickyKey> keys_;
  std::unique_ptr<State> state_;
};

std::string new_key_line(std::uint8_t id);  // "id base64\n" with 32 random bytes

}  // namespace pointsman::agent
