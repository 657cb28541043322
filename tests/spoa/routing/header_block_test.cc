#include "routing/header_block.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace pointsman;
using namespace pointsman::routing;

namespace {

using Texts = std::vector<std::string>;

ByteBuffer block(const std::vector<std::pair<std::string, std::string>>& headers) {
  ByteBuffer bytes;
  for (const auto& [name, value] : headers) append_header(bytes, name, value);
  end_headers(bytes);
  return bytes;
}

Texts values(const ByteBuffer& bytes, std::string_view name) {
  Texts found;
  HeaderBlock(bytes).any_value(name, [&](std::string_view value) {
    found.emplace_back(value);
    return false;
  });
  return found;
}

Texts cookies(const std::vector<std::string>& lines, std::string_view name) {
  ByteBuffer bytes;
  for (const std::string& line : lines) append_header(bytes, "cookie", line);
  end_headers(bytes);
  Texts found;
  HeaderBlock(bytes).any_cookie(name, [&](std::string_view value) {
    found.emplace_back(value);
    return false;
  });
  return found;
}

Texts parameters(std::string_view query, std::string_view name) {
  Texts found;
  any_query_parameter(query, name, [&](std::string_view value) {
    found.emplace_back(value);
    return false;
  });
  return found;
}

}  // namespace

TEST_CASE("headers are found by name in any case, all of them in order") {
  const ByteBuffer bytes = block({{"Host", "a"}, {"x-tag", "1"}, {"X-TAG", ""}, {"x-tag", "3"}});
  CHECK(values(bytes, "X-Tag") == Texts{"1", "", "3"});
  CHECK(values(bytes, "host") == Texts{"a"});
  CHECK(values(bytes, "x-ta") == Texts{});
  CHECK(values(bytes, "") == Texts{});
}

TEST_CASE("the search ends with the first value that is accepted") {
  const ByteBuffer bytes = block({{"a", "1"}, {"a", "2"}});
  int visits = 0;
  CHECK(HeaderBlock(bytes).any_value("a", [&](std::string_view) { return ++visits == 1; }));
  CHECK(visits == 1);
  CHECK_FALSE(HeaderBlock(bytes).any_value("b", [](std::string_view) { return true; }));
}

TEST_CASE("a header block is read as HAProxy encodes it") {
  // host: a, then the pair of empty texts
  const ByteBuffer bytes{0x04, 'h', 'o', 's', 't', 0x01, 'a', 0x00, 0x00};
  CHECK(values(bytes, "host") == Texts{"a"});
  CHECK(block({{"host", "a"}}) == bytes);
  const std::string longest(1000, 'x');
  CHECK(values(block({{"long", longest}}), "long") == Texts{longest});
}

TEST_CASE("nothing behind the closing pair is read") {
  ByteBuffer bytes = block({{"a", "1"}});
  append_header(bytes, "a", "2");
  CHECK(values(bytes, "a") == Texts{"1"});
}

TEST_CASE("a block cut at each byte yields the headers that are whole") {
  const ByteBuffer whole = block({{"a", "1"}, {"a", "23"}});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const ByteBuffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    Texts expected;
    if (size >= 4) expected.emplace_back("1");
    if (size >= 9) expected.emplace_back("23");
    CHECK(values(cut, "a") == expected);
  }
  CHECK(values({0x01, 'a', 0xff, 0xff, 0xff, 0xff}, "a") == Texts{});
}

TEST_CASE("cookies are split at semicolons, in all Cookie headers") {
  CHECK(cookies({"a=1; b=2;a=3", "a=4"}, "a") == Texts{"1", "3", "4"});
  CHECK(cookies({"a=1; b=2"}, "b") == Texts{"2"});
  CHECK(cookies({"a=1"}, "A") == Texts{});
  CHECK(cookies({"aa=1; a=2"}, "a") == Texts{"2"});
}

TEST_CASE("blanks around a cookie's name and value are dropped, quotes are kept") {
  CHECK(cookies({" \t a = 1 \t; b=\" x \" "}, "a") == Texts{"1"});
  CHECK(cookies({" a = 1 ; b=\" x \" "}, "b") == Texts{"\" x \""});
}

TEST_CASE("strange cookie lines are taken as far as they make sense") {
  CHECK(cookies({"a=b=c"}, "a") == Texts{"b=c"});
  CHECK(cookies({"a="}, "a") == Texts{""});
  CHECK(cookies({"a"}, "a") == Texts{});
  CHECK(cookies({"a; a=1"}, "a") == Texts{"1"});
  CHECK(cookies({";;; ;a=1;"}, "a") == Texts{"1"});
  CHECK(cookies({"a=\"x;y\""}, "a") == Texts{"\"x"});
  CHECK(cookies({""}, "a") == Texts{});
}

TEST_CASE("query parameters are split at ampersands and not decoded") {
  CHECK(parameters("a=1&b=2&a=%41", "a") == Texts{"1", "%41"});
  CHECK(parameters("a&b", "a") == Texts{""});
  CHECK(parameters("a=b=c", "a") == Texts{"b=c"});
  CHECK(parameters("&&a=1&", "a") == Texts{"1"});
  CHECK(parameters("A=1;a=2", "a") == Texts{});
  CHECK(parameters("", "a") == Texts{});
}

TEST_CASE("case is ignored for ASCII letters alone") {
  CHECK(equal_ignoring_case("aBz", "AbZ"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("\xc4", "\xe4"));
  CHECK(to_lower("A[Z\xc4") == "a[z\xc4");
}
