#include "table/condition_reader.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::table;
using nlohmann::json;

namespace {

bool is_read(const json& program, Patterns& patterns) {
  const std::vector<std::uint8_t> bytes = json::to_msgpack(program);
  PackedReader in(bytes);
  ProgramCheck check(patterns);
  in.each_entry([&](std::string_view key) { return check.read_entry(in, key); });
  check.finish(in);
  return in.ended_well();
}

bool is_read(const json& program) {
  Patterns patterns;
  return is_read(program, patterns);
}

bool is_step(const json& step) { return is_read({{"start", 1}, {"steps", {step}}}); }

bool has_targets(int on_true, int on_false, int start = 1) {
  const json first{"path", "is", "", {"/a"}, on_true, on_false};
  const json second{"path", "is", "", {"/b"}, 0, -1};
  return is_read({{"start", start}, {"steps", {first, second}}});
}

json address(std::size_t bytes = 16) { return json::binary(std::vector<std::uint8_t>(bytes)); }

}  // namespace

TEST_CASE("a program begins at a target and goes on forward only") {
  CHECK(is_read({{"start", 0}}));
  CHECK(is_read({{"start", -1}}));
  CHECK_FALSE(is_read({{"start", 1}}));
  CHECK_FALSE(is_read({{"steps", json::array()}}));
  CHECK_FALSE(is_read({{"start", -2}}));
  CHECK(has_targets(2, -1));
  CHECK(has_targets(0, 2));
  CHECK(has_targets(0, -1, 2));
  CHECK_FALSE(has_targets(1, -1));  // itself
  CHECK_FALSE(has_targets(3, -1));
  CHECK_FALSE(has_targets(0, -2));
  CHECK_FALSE(has_targets(0, -1, 3));
}

TEST_CASE("a step has six parts of known words") {
  CHECK(is_step({"path", "is", "", {"/a"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "is", "", {"/a"}, 0}));
  CHECK_FALSE(is_step({"path", "is", "", {"/a"}, 0, -1, 0}));
  CHECK_FALSE(is_step({"paths", "is", "", {"/a"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "in", "", {"/a"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "is", "", "/a", 0, -1}));
  CHECK_FALSE(is_step(json::array()));
}

TEST_CASE("headers, cookies and parameters have a name, other fields have none") {
  CHECK(is_step({"header", "is", "x", {"a"}, 0, -1}));
  CHECK_FALSE(is_step({"header", "is", "", {"a"}, 0, -1}));
  CHECK_FALSE(is_step({"header", "is", "X", {"a"}, 0, -1}));  // not as it is compared
  CHECK(is_step({"cookie", "is", "X", {"a"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "is", "x", {"a"}, 0, -1}));
}

TEST_CASE("the operator says how many values there are") {
  CHECK(is_step({"path", "is", "", {"/a", "/b"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "is", "", json::array(), 0, -1}));
  CHECK_FALSE(is_step({"path", "contains", "", {"/a", "/b"}, 0, -1}));
  CHECK(is_step({"header", "present", "x", json::array(), 0, -1}));
  CHECK_FALSE(is_step({"header", "present", "x", {"a"}, 0, -1}));
  CHECK_FALSE(is_step({"path", "present", "", json::array(), 0, -1}));
}

TEST_CASE("an ACL of HAProxy's holds or does not") {
  CHECK(is_step({"acl", "present", "1a2b3c4d", json::array(), 0, -1}));
  CHECK_FALSE(is_step({"acl", "present", "", json::array(), 0, -1}));
  CHECK_FALSE(is_step({"acl", "is", "1a2b3c4d", {"x"}, 0, -1}));
  CHECK_FALSE(is_step({"acl", "contains", "1a2b3c4d", {"x"}, 0, -1}));
}

TEST_CASE("values are what the field is compared with") {
  CHECK(is_step({"user-agent", "is", "", {"curl", 1, 5}, 0, -1}));
  CHECK_FALSE(is_step({"user-agent", "is", "", {0}, 0, -1}));
  CHECK_FALSE(is_step({"user-agent", "is", "", {6}, 0, -1}));
  CHECK_FALSE(is_step({"user-agent", "contains", "", {1}, 0, -1}));
  CHECK_FALSE(is_step({"path", "is", "", {1}, 0, -1}));
  CHECK(is_step({"port", "is", "", {65535}, 0, -1}));
  CHECK_FALSE(is_step({"port", "is", "", {65536}, 0, -1}));
  CHECK_FALSE(is_step({"port", "is", "", {"80"}, 0, -1}));
  CHECK_FALSE(is_step({"port", "contains", "", {8}, 0, -1}));
  CHECK(is_step({"src", "is", "", {{address(), 128}}, 0, -1}));
  CHECK_FALSE(is_step({"src", "is", "", {{address(), 129}}, 0, -1}));
  CHECK_FALSE(is_step({"src", "is", "", {{address(4), 32}}, 0, -1}));
  CHECK_FALSE(is_step({"src", "is", "", {"10.0.0.1"}, 0, -1}));
  CHECK_FALSE(is_step({"src", "starts with", "", {{address(), 8}}, 0, -1}));
}

TEST_CASE("a gateway has as many patterns as the limit") {
  Patterns patterns;
  const auto pattern = [](const std::string& text) {
    return json{{"start", 1}, {"steps", {{"path", "matches", "", {text}, 0, -1}}}};
  };
  for (std::size_t i = 0; i < limits::kTablePatterns; ++i) {
    CHECK(is_read(pattern(std::to_string(i)), patterns));
  }
  CHECK(is_read(pattern("0"), patterns));
  CHECK_FALSE(is_read(pattern("another"), patterns));
}
