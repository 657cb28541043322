#include "routing/token_view.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "routing/route_table.h"
#include "tests/support/fake_token_mac.h"
#include "tests/support/golden.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::FakeTokenMac;

namespace {

constexpr UnixSeconds kNow = 1750000000;

// The example of docs/formats/token.md.
Token example() {
  Token token;
  token.key_id = 1;
  token.issued = kNow;
  token.seen = kNow + 3600;
  token.route_tag = route_tag("shop", "shop/v1", "0");
  token.remember({condition_tag("shop", "shop/v2", "0"), false, 4200});
  return token;
}

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

ByteBuffer fields(const Token& token) {
  ByteBuffer bytes;
  append_token(bytes, token);
  return bytes;
}

ByteBuffer decoded(const std::string& text) {
  ByteBuffer bytes;
  REQUIRE(from_base64url(text, bytes));
  return bytes;
}

// "good", or why the token is refused.
std::string verdict(const std::string& text, UnixSeconds now = kNow + 3600,
                    const std::string& gateway = "shop") {
  const FakeTokenMac mac;
  TokenRejection rejection{};
  const auto token = read_token(text, gateway, mac, now, rejection);
  return token ? "good" : std::string(to_text(rejection));
}

// The text behind `label` in the documented example, blanks removed.
std::string documented(const std::string& label) {
  const std::string text =
      test::read_text(std::string(POINTSMAN_SOURCE_DIR) + "/docs/formats/token.md");
  const std::size_t begin = text.find(label + ":");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find('\n', begin);
  std::string value = text.substr(begin + label.size() + 1, end - begin - label.size() - 1);
  value.erase(std::remove(value.begin(), value.end(), ' '), value.end());
  return value;
}

}  // namespace

TEST_CASE("The documented example is what the code makes") {
  CHECK(documented("signed bytes") == hex(fields(example())));
  const ByteBuffer all = decoded(documented("token"));
  CHECK(hex(all) == documented("signed bytes") + documented("MAC"));
  CHECK(decode_token(documented("token")) == example());
}

TEST_CASE("A token's fields are in their documented places") {
  Token token;
  token.key_id = 7;
  token.forced = true;
  token.issued = 0x01020304;
  token.seen = 0x05060708;
  token.route_tag = 0x090A0B0C;
  token.remember({0x11121314, false, 9999});
  token.remember({0x21222324, true, 1});
  CHECK(hex(fields(token)) ==
        "01"
        "07"
        "01"
        "01020304"
        "05060708"
        "090a0b0c"
        "02"
        "21222324"
        "8001"
        "11121314"
        "270f");
}

TEST_CASE("Tokens survive writing and reading") {
  const FakeTokenMac mac;
  std::mt19937 random(1);
  const auto any32 = [&] { return static_cast<std::uint32_t>(random()); };
  for (int round = 0; round < 1000; ++round) {
    Token token;
    token.issued = any32() % static_cast<std::uint32_t>(kNow);
    token.seen = any32();
    token.route_tag = any32();
    token.forced = token.seen > kNow && round % 2 == 0;
    token.key_id = round % 3 == 0 ? FakeTokenMac::kOlderKey : FakeTokenMac::kSigningKey;
    for (std::size_t i = 0; i < static_cast<std::size_t>(round) % 9; ++i) {
      token.remember({any32(), random() % 2 == 0, static_cast<std::uint16_t>(random() % 10000)});
    }
    const std::string text = FakeTokenMac::sign("shop", token, token.key_id);
    CHECK(text.size() <= limits::kTokenTextBytes);
    TokenRejection rejection{};
    const auto read = read_token(text, "shop", mac, kNow, rejection);
    REQUIRE(read);
    REQUIRE(*read == token);
    REQUIRE(decode_token(text) == token);
  }
}

TEST_CASE("A token cut at any place is malformed") {
  const std::string text = FakeTokenMac::sign("shop", example());
  for (std::size_t length = 0; length < text.size(); ++length) {
    INFO(length);
    CHECK(verdict(text.substr(0, length)) == "malformed");
  }
  ByteBuffer bytes = decoded(text);
  while (!bytes.empty()) {
    bytes.pop_back();
    CHECK(verdict(to_base64url(bytes)) == "malformed");
  }
}

TEST_CASE("A token with any bit flipped is refused") {
  const ByteBuffer good = decoded(FakeTokenMac::sign("shop", example()));
  REQUIRE(verdict(to_base64url(good)) == "good");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    ByteBuffer bytes = good;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << bit % 8));
    INFO(bit);
    CHECK(verdict(to_base64url(bytes)) != "good");
  }
}

TEST_CASE("A token with bytes behind it is malformed") {
  const std::string text = FakeTokenMac::sign("shop", example());
  ByteBuffer longer = decoded(text);
  longer.push_back(0);
  CHECK(verdict(to_base64url(longer)) == "malformed");
  CHECK(verdict(text + "=") == "malformed");
  CHECK(verdict(text + " ") == "malformed");
  CHECK(verdict("\"" + text + "\"") == "malformed");
}

TEST_CASE("What no version 1 token holds is malformed even when it is signed") {
  const auto signed_with = [](std::size_t at, std::uint8_t value) {
    ByteBuffer bytes = fields(example());
    bytes[at] = value;
    append_bytes(bytes, FakeTokenMac::mac_of("shop", bytes[1], bytes));
    return to_base64url(bytes);
  };
  CHECK(verdict(signed_with(0, 1)) == "good");
  CHECK(verdict(signed_with(0, 2)) == "malformed");      // version
  CHECK(verdict(signed_with(2, 2)) == "malformed");      // flag
  CHECK(verdict(signed_with(20, 0x7F)) == "malformed");  // a roll of more than 9,999
}

TEST_CASE("A token holds as many conditions as the limit, and no more") {
  Token token = example();
  for (std::uint32_t tag = 1; tag <= limits::kTokenConditions + 1; ++tag) {
    token.remember({tag, true, 0});
  }
  CHECK(token.condition_count == limits::kTokenConditions);
  CHECK(verdict(FakeTokenMac::sign("shop", token)) == "good");

  token.key_id = FakeTokenMac::kSigningKey;
  ByteBuffer bytes = fields(token);
  bytes[15] = limits::kTokenConditions + 1;
  bytes.insert(bytes.end(), 6, 0);
  append_bytes(bytes, FakeTokenMac::mac_of("shop", token.key_id, bytes));
  CHECK(verdict(to_base64url(bytes)) == "malformed");
}

TEST_CASE("The text of a token is bounded") {
  CHECK(verdict(std::string(limits::kTokenTextBytes, 'A')) == "malformed");
  CHECK(verdict(std::string(limits::kTokenTextBytes + 1, 'A')) == "malformed");
  CHECK(verdict(std::string(1000000, 'A')) == "malformed");
}

TEST_CASE("A token of another gateway or an unknown key is refused with that cause") {
  const std::string text = FakeTokenMac::sign("shop", example());
  CHECK(verdict(text, kNow, "shop2") == "bad_mac");
  CHECK(verdict(FakeTokenMac::sign("shop", example(), FakeTokenMac::kOlderKey)) == "good");
  CHECK(verdict(FakeTokenMac::sign("shop", example(), 3)) == "unknown_key");
}

TEST_CASE("A token issued more than five minutes ahead is refused") {
  const std::string text = FakeTokenMac::sign("shop", example());
  const UnixSeconds earliest = kNow - limits::kTokenFutureTolerance.count();
  CHECK(verdict(text, earliest) == "good");
  CHECK(verdict(text, earliest - 1) == "from_future");
}

TEST_CASE("A forced token holds until its expiry, a sticky one's times are not looked at") {
  Token token = example();
  CHECK(verdict(FakeTokenMac::sign("shop", token), kNow + 1000000) == "good");
  token.forced = true;
  const std::string text = FakeTokenMac::sign("shop", token);
  CHECK(verdict(text, token.seen - 1) == "good");
  CHECK(verdict(text, token.seen) == "expired");
}

TEST_CASE("The most recent memory is first, a full token drops the oldest") {
  Token token;
  for (std::uint32_t tag = 1; tag <= 8; ++tag) token.remember({tag, false, 0});
  CHECK(token.memories().front().tag == 8);
  CHECK(token.memories().back().tag == 1);

  token.remember({3, true, 77});  // known: moved, not added
  CHECK(token.condition_count == 8);
  CHECK(token.memories().front() == ConditionMemory{3, true, 77});
  CHECK(token.memories()[1].tag == 8);
  CHECK(token.memories().back().tag == 1);

  token.remember({9, false, 0});  // new: the oldest goes
  CHECK(token.condition_count == 8);
  CHECK(token.memories().front().tag == 9);
  CHECK(token.find(1) == nullptr);
  REQUIRE(token.find(2) != nullptr);
}

TEST_CASE("base64url goes there and back for every length, without padding") {
  CHECK(to_base64url(as_bytes("")) == "");
  CHECK(to_base64url(as_bytes("f")) == "Zg");
  CHECK(to_base64url(as_bytes("fo")) == "Zm8");
  CHECK(to_base64url(as_bytes("foo")) == "Zm9v");
  CHECK(to_base64url(as_bytes("\xfb\xff\xfe")) == "-__-");
  for (std::size_t length = 0; length < 70; ++length) {
    ByteBuffer bytes(length);
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + length);
    CHECK(decoded(to_base64url(bytes)) == bytes);
  }
}

TEST_CASE("Only one text stands for given bytes") {
  ByteBuffer bytes;
  for (const char* text : {"A", "AAAAA", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Zm v", "Zm\n"}) {
    INFO(text);
    CHECK_FALSE(from_base64url(text, bytes));
  }
}

TEST_CASE("Causes of refusal have names") {
  CHECK(to_text(TokenRejection::kMalformed) == "malformed");
  CHECK(to_text(TokenRejection::kUnknownKey) == "unknown_key");
  CHECK(to_text(TokenRejection::kBadMac) == "bad_mac");
  CHECK(to_text(TokenRejection::kFromFuture) == "from_future");
  CHECK(to_text(TokenRejection::kExpired) == "expired");
  CHECK(to_text(TokenRejection::kIdle) == "idle");
  CHECK(to_text(TokenRejection::kUnknownTag) == "unknown_tag");
}
