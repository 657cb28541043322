#include "spop/message.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"
#include "support/spop_client.h"

namespace pointsman::spop {
namespace {

using test::from_hex;
using test::operator+;

// "name: argument=text argument=text", or "malformed".
std::string read(const ByteBuffer& bytes) {
  WireCursor cursor(bytes);
  const Message message = read_message(cursor);
  if (!cursor.ok()) return "malformed";
  std::string text = std::string(message.name) + ":";
  message.for_each_argument([&](const Argument& argument) {
    text += " " + std::string(argument.name) + "=" + std::string(argument.value.text());
  });
  return text + (cursor.at_end() ? "" : " …");
}

TEST_CASE("a message has a name and named arguments") {
  CHECK(read(from_hex("07 6d2d726f757465 03 04 70617468 08022f78 04 686f7374 080168 02 636b 00")) ==
        "m-route: path=/x host=h ck=");
}

TEST_CASE("a message may have no argument") { CHECK(read(from_hex("01 6d 00")) == "m:"); }

TEST_CASE("an argument's name may be empty") {
  CHECK(read(from_hex("01 6d 01 00 067f000001")) == "m: =");
}

TEST_CASE("a message of 255 arguments is read whole") {
  test::Arguments arguments(limits::kArgumentsPerMessage, {"a", TypedValue::of_text("b")});
  const ByteBuffer bytes = test::message("m", arguments);
  WireCursor cursor(bytes);
  const Message message = read_message(cursor);
  int count = 0;
  message.for_each_argument([&](const Argument&) { ++count; });
  CHECK(count == 255);
  CHECK(cursor.at_end());
}

TEST_CASE("a number of arguments higher than what is there is malformed") {
  CHECK(read(from_hex("01 6d 02 01 61 00")) == "malformed");
  CHECK(read(from_hex("01 6d ff")) == "malformed");
}

TEST_CASE("a number of arguments lower than what is there leaves the rest to the next message") {
  CHECK(read(from_hex("01 6d 01 01 61 00 01 62 00")) == "m: a= …");
}

TEST_CASE("an argument's name has at most 255 bytes") {
  const std::string longest(limits::kArgumentNameBytes, 'n');
  CHECK(read(test::message("m", {{longest, TypedValue::of_text("v")}})) == "m: " + longest + "=v");
  const std::string longer = longest + "n";
  CHECK(read(test::message("m", {{longer, TypedValue::of_text("v")}})) == "malformed");
}

TEST_CASE("a message cut at any byte is malformed") {
  const ByteBuffer whole = test::message(
      "pointsman", {{"path", TypedValue::of_text("/")}, {"port", TypedValue::of_int64(8080)}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    const auto end = whole.begin() + static_cast<std::ptrdiff_t>(length);
    CHECK(read(ByteBuffer(whole.begin(), end)) == "malformed");
  }
}

}  // namespace
}  // namespace pointsman::spop
