// Any text as a token: the reader must not fail on it, and what it takes must be exactly what the
// writer makes. The MAC is always good here, since nobody guesses one.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.h"
#include "routing/token_view.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

class AnyMac : public TokenMac {
 public:
  Verdict check(std::string_view, std::uint8_t, Bytes,
                std::span<const std::uint8_t, kTokenMacBytes>) const override {
    return Verdict::kGood;
  }
};

void read(std::string_view text) {
  constexpr UnixSeconds kNow = 1750000000;
  TokenRejection rejection{};
  const auto token = read_token(text, "shop", AnyMac(), kNow, rejection);
  if (!token) {
    require(to_text(rejection) != "");
    return;
  }
  ByteBuffer received;
  require(from_base64url(text, received));
  ByteBuffer written;
  append_token(written, *token);
  require(written.size() + kTokenMacBytes == received.size());
  require(std::equal(written.begin(), written.end(), received.begin()));
  require(decode_token(text) == token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const std::string_view text = as_text(input);
  read(text);

  ByteBuffer decoded;
  if (from_base64url(text, decoded)) require(to_base64url(decoded) == text);

  // The input as the token's bytes, so that the fuzzer need not find base64url first.
  const std::string encoded = to_base64url(input);
  read(encoded);
  require(from_base64url(encoded, decoded));
  require(std::equal(decoded.begin(), decoded.end(), data, data + size));
  return 0;
}
