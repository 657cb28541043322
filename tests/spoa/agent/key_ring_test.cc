#include "agent/key_ring.h"

#include <catch2/catch.hpp>

#include "spoa/agent/decision_fixture.h"

namespace pointsman::agent {
namespace {

using test::keys_of;
using test::kKey1;
using test::kKey2;
using Verdict = routing::TokenMac::Verdict;

constexpr UnixSeconds kNow = 1700000000;

routing::Token some_token() {
  routing::Token token;
  token.issued = kNow;
  token.seen = kNow;
  token.route_tag = 7;
  token.remember({9, true, 1234});
  return token;
}

std::optional<routing::Token> read(const std::string& text, const KeyRing& keys,
                                   std::string_view gateway = "shop") {
  routing::TokenRejection ignored;
  return routing::read_token(text, gateway, keys, kNow, ignored);
}

std::string error_of(const std::string& text) {
  const auto keys = KeyRing::parse(text, "keys");
  return keys ? "" : keys.error().message;
}

std::string key_of(int id, std::size_t bytes) {
  std::string line = std::to_string(id) + " ";
  for (std::size_t left = bytes; left > 0; left -= std::min<std::size_t>(left, 3)) {
    line += left >= 3 ? "QUFB" : left == 2 ? "QUE=" : "QQ==";
  }
  return line + "\n";
}

}  // namespace

TEST_CASE("a token that the ring signed is good for that gateway alone") {
  const auto keys = keys_of(kKey1);
  const std::string text = keys->sign("shop", some_token());
  const auto token = read(text, *keys);
  REQUIRE(token);
  CHECK(token->key_id == 1);
  CHECK(token->route_tag == 7);
  CHECK_FALSE(read(text, *keys, "shop2"));
  CHECK_FALSE(read(text, *keys, ""));
}

TEST_CASE("the MAC is HMAC-SHA256 over gateway, NUL and token, cut to 16 bytes") {
  // printf 'shop\0x' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
  const auto keys = keys_of(kKey1);
  const ByteBuffer mac = test::from_hex("2f5967e82c33b310b9ba90878987ac30");
  CHECK(keys->check("shop", 1, as_bytes("x"), Bytes(mac).first<16>()) == Verdict::kGood);
}

TEST_CASE("the worked example of the token's format has this MAC") {
  const auto keys = keys_of("1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
  routing::Token token;
  token.issued = 1750000000;
  token.seen = token.issued + 3600;
  token.route_tag = routing::route_tag("shop", "shop/v1", "0");
  token.remember({routing::condition_tag("shop", "shop/v2", "0"), false, 4200});
  CHECK(keys->sign("shop", token) == "AQEAaE7hgGhO75D18XNFAXKLfQ4QaNrOfYOxwF8888MM59LLQes");
}

TEST_CASE("keys of 16 and of 64 bytes sign as HMAC has it") {
  // printf 'shop\0x' | openssl dgst -sha256 -mac HMAC -macopt hexkey:4141…
  const auto check = [](std::size_t key_bytes, std::string_view wanted) {
    const auto keys = keys_of(key_of(1, key_bytes));
    const ByteBuffer mac = test::from_hex(wanted);
    CHECK(keys->check("shop", 1, as_bytes("x"), Bytes(mac).first<16>()) == Verdict::kGood);
  };
  check(16, "9a3df6ae6fc5135c7d621f0bf24a1824");
  check(64, "a9f2c0b7ab4629bc7a0c7e554a6bf029");
}

TEST_CASE("a change of any character of a token is noticed") {
  const auto keys = keys_of(kKey1);
  const std::string text = keys->sign("shop", some_token());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO(changed);
    CHECK_FALSE(read(changed, *keys));
  }
}

TEST_CASE("keys rotate: the first signs, all verify, and a key that left is unknown") {
  const auto before = keys_of(kKey1);
  const auto between = keys_of(std::string(kKey2) + kKey1);
  const auto after = keys_of(kKey2);
  const std::string old_token = before->sign("shop", some_token());
  const std::string new_token = between->sign("shop", some_token());
  CHECK(read(old_token, *between));
  CHECK(read(new_token, *between)->key_id == 2);
  CHECK(read(new_token, *after));
  CHECK_FALSE(read(old_token, *after));
  CHECK(after->check("shop", 1, {}, std::array<std::uint8_t, 16>{}) == Verdict::kUnknownKey);
}

TEST_CASE("a ring gives its keys in their order, for the table") {
  const auto keys = KeyRing::parse(key_of(2, 16) + "\n" + key_of(1, 64) + "\n", "keys");
  REQUIRE(keys);
  REQUIRE((*keys)->keys().size() == 2);
  CHECK((*keys)->keys()[0].id == 2);
  CHECK((*keys)->keys()[1] == StickyKey{1, ByteBuffer(64, 'A')});
}

TEST_CASE("another key under the same id does not verify") {
  const std::string text = keys_of(kKey1)->sign("shop", some_token());
  CHECK_FALSE(read(text, *keys_of(key_of(1, 32))));
}

TEST_CASE("a key file may have comments, empty lines, blanks and Windows line ends") {
  CHECK(KeyRing::parse("# first signs\n\n  " + std::string(kKey2) + "\t" + kKey1 + "#end", "keys"));
  CHECK(KeyRing::parse("1\tMDEyMzQ1Njc4OWFiY2RlZg==\r\n", "keys"));
}

TEST_CASE("an error in a key file is given with its line, and without the key") {
  CHECK(error_of("") == "keys: no key in it; wanted lines `id base64`");
  CHECK(error_of("# only a comment\n") == "keys: no key in it; wanted lines `id base64`");
  CHECK(error_of("\nx " + std::string(kKey1)) == "keys:2: a key's id is a number from 0 to 255");
  CHECK(error_of("256 QUFB\n") == "keys:1: a key's id is a number from 0 to 255");
  CHECK(error_of("-1 QUFB\n") == "keys:1: a key's id is a number from 0 to 255");
  CHECK(error_of("7\n") == "keys:1: key 7 is not base64; wanted `id base64`");
  for (const char* secret :
       {"MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1Njc4OWFiY2RlZh==", "MDEy MzQ1",
        "MDEyMzQ1Njc4OWFiY2R-_w==", "====", "MDEy====", "MD=yMzQ1Njc4OWFiY2Rl"}) {
    INFO(secret);
    CHECK(error_of("7 " + std::string(secret)) ==
          "keys:1: key 7 is not base64; wanted `id base64`");
  }
  CHECK(error_of(std::string(kKey1) + kKey2 + kKey1) == "keys:3: key id 1 is given twice");
}

TEST_CASE("a key has 16 to 64 bytes, and a ring at most 16 keys") {
  CHECK(error_of(key_of(1, limits::kStickyKeyBytesMin)).empty());
  CHECK(error_of(key_of(1, limits::kStickyKeyBytesMax)).empty());
  CHECK(error_of(key_of(1, limits::kStickyKeyBytesMin - 1)) ==
        "keys:1: key 1 has 15 bytes, wanted 16 to 64");
  CHECK(error_of(key_of(1, limits::kStickyKeyBytesMax + 1)) ==
        "keys:1: key 1 has 65 bytes, wanted 16 to 64");
  std::string text;
  for (std::size_t id = 0; id < limits::kStickyKeys; ++id) text += key_of(static_cast<int>(id), 16);
  CHECK(error_of(text).empty());
  CHECK(error_of(text + key_of(99, 16)) == "keys:17: more than 16 keys");
}

TEST_CASE("a new key is a line that the reader takes, and never the same twice") {
  const std::string line = new_key_line(255);
  CHECK(line.starts_with("255 "));
  CHECK(error_of(line).empty());
  CHECK(new_key_line(255) != line);
}

}  // namespace pointsman::agent
