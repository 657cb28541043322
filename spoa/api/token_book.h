// The bearer tokens (RFC 6750) of the admin listener and what each may do. File: lines `TOKEN SCOPE
// [SCOPE…]`, a scope is `register:SERVICE`, `register:*` or `admin`; `#` begins a comment.
// Immutable, shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pointsman::api {

class TokenBook {
 public:
  enum class Verdict : unsigned char { kUnknown, kTooNarrow, kAllowed };

  static Result<std::shared_ptr<const TokenBook>> parse(std::string_view text,
                                                        const std::string& file);
  // Refuses a file that others than its owner and group may read.
  static Result<std::shared_ptr<const TokenBook>> load(const std::string& path);

  // Whether this token may register instances of the service. How long it takes says nothing of
  // the tokens.
  Verdict may_register(std::string_view token, std::string_view service) const;
  std::size_t size() const { return tokens_.size(); }

 private:
  struct Token {
    std::string text;
    std::vector<std::string> scopes;
  };
  std::vector<Token> tokens_;
};

}  // namespace pointsman::api
