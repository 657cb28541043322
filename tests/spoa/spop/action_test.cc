#include "spop/action.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"
#include "support/spop_client.h"

namespace pointsman::spop {
namespace {

using test::from_hex;
using test::to_hex;

TEST_CASE("set-var and unset-var are written as SPOE gives them") {
  ByteBuffer out;
  ActionList actions(out, 100);
  CHECK(actions.set(Scope::kTransaction, "route", TypedValue::of_text("a")));
  CHECK(to_hex(out) == to_hex(from_hex("01 03 02 05 726f757465 08 01 61")));
  out.clear();
  CHECK(actions.unset(Scope::kTransaction, "route"));
  CHECK(to_hex(out) == to_hex(from_hex("02 02 02 05 726f757465")));
}

TEST_CASE("each scope has its number") {
  const auto scope = GENERATE(range(0, 5));
  ByteBuffer out;
  ActionList(out, 100).set(static_cast<Scope>(scope), "v", TypedValue::of_bool(true));
  CHECK(out == ByteBuffer{1, 3, static_cast<std::uint8_t>(scope), 1, 'v', 0x11});
}

TEST_CASE("a variable takes a value of any type") {
  const ByteBuffer address = from_hex("0a000001");
  const ByteBuffer address6 = from_hex("00000000000000000000ffff0a000001");
  const std::vector<std::pair<TypedValue, std::string>> values = {
      {TypedValue::null(), "00"},  // HAProxy from 2.3 on unsets the variable
      {TypedValue::of_bool(false), "01"},
      {{ValueType::kInt32, false, 3, {}}, "0203"},
      {TypedValue::of_uint32(3), "0303"},
      {TypedValue::of_int64(-1), "04fff0fefefefefefefe0e"},
      {{ValueType::kUint64, false, 3, {}}, "0503"},
      {{ValueType::kIpv4, false, 0, address}, "060a000001"},
      {{ValueType::kIpv6, false, 0, address6}, "0700000000000000000000ffff0a000001"},
      {TypedValue::of_text("x"), "080178"},
      {{ValueType::kBinary, false, 0, as_bytes("x")}, "090178"},
  };
  for (const auto& [value, hex] : values) {
    ByteBuffer out;
    CHECK(ActionList(out, 100).set(Scope::kRequest, "v", value));
    CHECK(to_hex(out) == "0103030176" + hex);
  }
}

TEST_CASE("an action that ends at the size limit is kept, one byte more is left out whole") {
  for (const bool unset : {false, true}) {
    CAPTURE(unset);
    const auto add = [&](ByteBuffer& out, std::size_t limit) {
      ActionList actions(out, limit);
      return unset ? actions.unset(Scope::kSession, "name")
                   : actions.set(Scope::kSession, "name", TypedValue::of_text("text"));
    };
    ByteBuffer out{1, 2, 3};
    REQUIRE(add(out, 100));
    const std::size_t needed = out.size();
    for (std::size_t limit = 0; limit < needed; ++limit) {
      CAPTURE(limit);
      out = {1, 2, 3};
      CHECK_FALSE(add(out, limit));
      CHECK(out == ByteBuffer{1, 2, 3});
    }
    CHECK(add(out, needed));
    CHECK(out.size() == needed);
  }
}

TEST_CASE("after an action that did not fit a smaller one still may") {
  ByteBuffer out;
  ActionList actions(out, 20);
  const std::string huge(1 << 20, 'x');
  CHECK_FALSE(actions.set(Scope::kTransaction, "a", TypedValue::of_text(huge)));
  CHECK(out.capacity() < 1000);
  CHECK(actions.set(Scope::kTransaction, "a", TypedValue::of_text("short")));
}

TEST_CASE("a variable's name is made of letters, digits, underscore and dot") {
  CHECK(is_variable_name("cookie.value_2", 7));
  CHECK(is_variable_name("A", 0));
  CHECK_FALSE(is_variable_name("", 0));
  const std::string name = GENERATE(as<std::string>(), "a-b", "a b", "a/b", "\xe9", "a\n");
  CHECK_FALSE(is_variable_name(name, 0));
}

TEST_CASE("a variable's name and what stands before it have at most 63 bytes together") {
  const std::string prefix = "txn.pm.";
  CHECK(is_variable_name(std::string(limits::kVariableNameBytes - 7, 'v'), prefix.size()));
  CHECK_FALSE(is_variable_name(std::string(limits::kVariableNameBytes - 6, 'v'), prefix.size()));
  CHECK_FALSE(is_variable_name(std::string(64, 'v'), 0));
  CHECK_FALSE(is_variable_name("v", static_cast<std::size_t>(-1)));
}

}  // namespace
}  // namespace pointsman::spop
