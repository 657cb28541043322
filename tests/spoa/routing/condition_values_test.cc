#include "routing/condition_values.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string error(std::string_view text) {
  const auto condition = Condition::parse(text);
  INFO(text);
  if (condition) FAIL("parsed as " << condition->to_text());
  return std::to_string(condition.error().offset + 1) + ": " + condition.error().message;
}

}  // namespace

TEST_CASE("an address that can't be read is pointed at") {
  CHECK(error("src == shop") ==
        "8: found 'shop', wanted an address or a network such as 10.0.0.0/8");
  CHECK(error("src in (10.0.0.0/8, 'x')").starts_with("21: found 'x', wanted an address"));
  CHECK(
      error("src == 10.0.0.1/8").ends_with("the prefix must fit and the bits behind it must be 0"));
  CHECK(error("src == 10.0.0.0/33")
            .ends_with("the prefix must fit and the bits behind it must be 0"));
}

TEST_CASE("ports go from 0 to 65535") {
  CHECK(Condition::parse("port == 0"));
  CHECK(Condition::parse("port == 65535"));
  CHECK(error("port == 65536") == "9: found '65536', wanted a port, 0 to 65535");
  CHECK(error("port in (80, http)").starts_with("14: found 'http', wanted a port"));
  CHECK(error("port == ''").starts_with("9: found '', wanted a port"));
  CHECK(error("port == 80x").starts_with("9: found '80x', wanted a port"));
}

TEST_CASE("src and port have equality and lists, no parts") {
  for (const char* op : {"contains", "has", "misses", "starts with", "ends with", "matches"}) {
    CHECK(error("src " + std::string(op) + " 10").starts_with("5: found "));
    CHECK(error("port " + std::string(op) + " 80").starts_with("6: found "));
    CHECK(Condition::parse("sni " + std::string(op) + " a"));
  }
  CHECK(error("port has 8") == "6: found 'contains', but port allows only ==, != and in");
}

TEST_CASE("an expression that doesn't compile is pointed at inside the value") {
  CHECK(error("path matches 'a(b'").starts_with("18: not a regular expression (PCRE2): missing "));
  CHECK(error("path matches a[b").starts_with("17: not a regular expression"));
  CHECK(error("path matches 'a''b('").starts_with("20: not a regular expression"));
  CHECK(error("path matches \"[z-a]\"").starts_with("18: not a regular expression"));
}

TEST_CASE("only equality with a user agent names a browser") {
  const auto browser = [](std::string_view text) {
    return Condition::parse(text)->root().test.values.at(0).browser;
  };
  CHECK(browser("user-agent == chrome") == Browser::kChrome);
  CHECK(browser("user-agent in (Edge)") == Browser::kEdge);
  CHECK(browser("user-agent contains Chrome") == Browser::kNone);
  CHECK(browser("header User-Agent == Chrome") == Browser::kNone);
}
