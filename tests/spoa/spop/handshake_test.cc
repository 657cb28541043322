#include "spop/handshake.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"
#include "support/spop_client.h"

namespace pointsman::spop {
namespace {

using test::from_hex;
using test::operator+;
using test::put_key;
using test::to_hex;

ByteBuffer key(std::string_view name, const TypedValue& value) {
  ByteBuffer out;
  put_key(out, name, value);
  return out;
}

ByteBuffer versions(std::string_view text) {
  return key("supported-versions", TypedValue::of_text(text));
}
ByteBuffer frame_size(std::uint32_t size) {
  return key("max-frame-size", TypedValue::of_uint32(size));
}
ByteBuffer capabilities(std::string_view text) {
  return key("capabilities", TypedValue::of_text(text));
}

// "frames of N", "health check, frames of N", or the code of the refusal.
std::string outcome(const ByteBuffer& payload, std::uint32_t own_frame_size = 20000) {
  const auto handshake = read_haproxy_hello(payload, own_frame_size);
  if (!handshake) return std::to_string(static_cast<int>(handshake.error()));
  return (handshake->health_check ? "health check, frames of " : "frames of ") +
         std::to_string(handshake->frame_size);
}

TEST_CASE("an AGENT-HELLO has version, frame size and capabilities") {
  ByteBuffer out;
  append_agent_hello(out, 16380);
  CHECK(to_hex(out) == to_hex(from_hex("0000004e 65 00000001 00 00 07 76657273696f6e 08 03 322e30"
                                       "0e 6d61782d6672616d652d73697a65 03 fcf006"
                                       "0c 6361706162696c6974696573 08 18"
                                       "706970656c696e696e672c667261676d656e746174696f6e")));
}

TEST_CASE("the lower frame size of both sides holds") {
  const auto with = [](std::uint32_t size, std::uint32_t own) {
    return outcome(versions("2.0") + frame_size(size) + capabilities(""), own);
  };
  CHECK(with(16380, 20000) == "frames of 16380");
  CHECK(with(20000, 16380) == "frames of 16380");
  CHECK(with(0x7fffffff, 65532) == "frames of 65532");
  CHECK(with(limits::kFrameSizeMin, 20000) == "frames of 256");
  CHECK(with(limits::kFrameSizeMin - 1, 20000) == "9");
  CHECK(with(0, 20000) == "9");
}

TEST_CASE("the frame size may have any integer type, but must be a size") {
  const auto with = [](const TypedValue& size) {
    return outcome(versions("2.0") + key("max-frame-size", size) + capabilities(""));
  };
  const auto type = static_cast<ValueType>(GENERATE(2, 3, 4, 5));
  CHECK(with({type, false, 16380, {}}) == "frames of 16380");
  CHECK(with(TypedValue::of_int64(-1)) == "9");
  CHECK(with({ValueType::kInt32, false, ~std::uint64_t{0}, {}}) == "9");
  CHECK(with({ValueType::kUint64, false, ~std::uint64_t{0}, {}}) == "frames of 20000");
  CHECK(with(TypedValue::of_text("16380")) == "4");
  CHECK(with(TypedValue::of_bool(true)) == "4");
  CHECK(with(TypedValue::null()) == "4");
}

TEST_CASE("any list of versions with a 2.x is accepted") {
  const std::string list = GENERATE(as<std::string>(), "2.0", " 2.0 ", "1.0, 2.0", "2.0,3.1",
                                    "1.0,2.0,3.0", "2.1", "2.10", ",2.0,");
  CAPTURE(list);
  CHECK(outcome(versions(list) + frame_size(300) + capabilities("")) == "frames of 300");
}

TEST_CASE("a list of versions without a 2.x is refused") {
  const std::string list = GENERATE(as<std::string>(), "1.0", "3.0", "", "2", "2.", "20", "12.0",
                                    "2.x", "2 .0", "1.0,3.0", ",,,", "v2.0", "2.0-rc1");
  CAPTURE(list);
  CHECK(outcome(versions(list) + frame_size(300) + capabilities("")) == "8");
}

TEST_CASE("each mandatory key is missed by its own code") {
  CHECK(outcome(frame_size(300) + capabilities("")) == "5");
  CHECK(outcome(versions("2.0") + capabilities("")) == "6");
  CHECK(outcome(versions("2.0") + frame_size(300)) == "7");
  CHECK(outcome({}) == "5");
}

TEST_CASE("whatever the capabilities are, they are accepted") {
  const std::string list =
      GENERATE(as<std::string>(), "", "pipelining", " pipelining , async ", "pipelining,async",
               "pipelining-foo", "fragmentation", "unknown", ",,,");
  CAPTURE(list);
  CHECK(outcome(versions("2.0") + frame_size(300) + capabilities(list)) == "frames of 300");
}

TEST_CASE("only a healthcheck that is true makes a health check") {
  const ByteBuffer keys = versions("2.0") + frame_size(300) + capabilities("");
  CHECK(outcome(keys + key("healthcheck", TypedValue::of_bool(true))) ==
        "health check, frames of 300");
  CHECK(outcome(keys + key("healthcheck", TypedValue::of_bool(false))) == "frames of 300");
  CHECK(outcome(keys + key("healthcheck", TypedValue::of_text("true"))) == "4");
}

TEST_CASE("keys may come in any order") {
  CHECK(outcome(key("engine-id", TypedValue::of_text("e")) + capabilities("") +
                key("healthcheck", TypedValue::of_bool(true)) + frame_size(300) +
                versions("2.0")) == "health check, frames of 300");
}

TEST_CASE("unknown keys of every type are skipped") {
  const ByteBuffer four = from_hex("01020304");
  const ByteBuffer sixteen(16, 7);
  ByteBuffer keys = versions("2.0");
  for (int type = 0; type <= 9; ++type) {
    TypedValue value{static_cast<ValueType>(type), false, 0, {}};
    if (value.type == ValueType::kIpv4) value.bytes = four;
    if (value.type == ValueType::kIpv6) value.bytes = sixteen;
    keys = keys + key("x-unknown", value) + key("", value);
  }
  CHECK(outcome(keys + frame_size(300) + capabilities("")) == "frames of 300");
}

TEST_CASE("of a repeated key the last one counts") {
  CHECK(outcome(versions("1.0") + frame_size(300) + capabilities("") + frame_size(400) +
                versions("2.0")) == "frames of 400");
  CHECK(outcome(versions("2.0") + frame_size(300) + capabilities("") + versions("1.0")) == "8");
}

TEST_CASE("a HELLO cut at any byte is refused") {
  const ByteBuffer whole = versions("2.0") + frame_size(16380) + capabilities("pipelining");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto end = whole.begin() + static_cast<std::ptrdiff_t>(length);
    const std::string result = outcome(ByteBuffer(whole.begin(), end));
    CAPTURE(length, result);
    const bool between_keys = length == 0 || length == versions("2.0").size() ||
                              length == (versions("2.0") + frame_size(16380)).size();
    CHECK((between_keys ? result >= "5" && result <= "7" : result == "4"));
  }
}

TEST_CASE("a value of an unknown type refuses the HELLO") {
  CHECK(outcome(versions("2.0") + from_hex("01 61 0a 00")) == "4");
}

}  // namespace
}  // namespace pointsman::spop
