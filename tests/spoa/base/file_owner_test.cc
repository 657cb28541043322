#include "base/file_owner.h"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace pointsman;

namespace {

std::string refusal(const std::string& text) {
  const auto owner = parse_file_owner(text);
  return owner ? "taken" : owner.error().message;
}

}  // namespace

TEST_CASE("an owner is a user, a group or both, by names or numbers") {
  const auto root = parse_file_owner("root:0");
  REQUIRE(root);
  CHECK(root->user == 0);
  CHECK(root->group == 0);
  const auto group = parse_file_owner(":12345");
  REQUIRE(group);
  CHECK(group->user == static_cast<uid_t>(-1));
  CHECK(group->group == 12345);
  CHECK_FALSE(group->changes_nothing());
}

TEST_CASE("an empty text leaves the owner as it is") {
  REQUIRE(parse_file_owner(""));
  CHECK(parse_file_owner("")->changes_nothing());
}

TEST_CASE("a user or group that there is not is named") {
  CHECK(refusal("nobody-by-this-name") == "no user 'nobody-by-this-name'");
  CHECK(refusal("root:no-such-group") == "no group 'no-such-group'");
  CHECK(refusal("-1") == "no user '-1'");
}
