#include <catch2/catch.hpp>

#include "routing/condition.h"

using namespace pointsman::routing;

namespace {

void check_stays(std::string_view text) {
  const auto condition = Condition::parse(text);
  INFO(text);
  REQUIRE(condition);
  CHECK(condition->to_text() == text);
  CHECK(Condition::parse(condition->to_text())->root() == condition->root());
}

}  // namespace

TEST_CASE("what is printed is what is read") {
  check_stays("host == shop.example.com");
  check_stays("user-agent in (Chrome, 'some other')");
  check_stays("src in (10.0.0.0/8, 2001:db8::/32) and port != 8080");
  check_stays("path matches '^/(api|web)/'");
  check_stays("has header X-Beta or misses cookie beta or has query 'in'");
  check_stays("header 'is' == '' or query 'a=b' == 'it''s'");
  check_stays("script(beta) and < hdr_cnt(x) gt 3 > and (true or false)");
}

TEST_CASE("parentheses are printed where the tree needs them") {
  check_stays("true or false and true");
  check_stays("(true or false) and true");
  check_stays("not (true and false)");
  check_stays("not not true");
  check_stays("not true and false");
  check_stays("(true and false) and true");
  check_stays("true or (false or true)");
  CHECK(Condition::parse("((true)) or (false and not (true))")->to_text() ==
        "true or false and not true");
}
