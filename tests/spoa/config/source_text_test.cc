#include "config/source_text.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using config::SourceText;

namespace {

std::string refusal(const std::string& bytes) {
  const auto source = SourceText::make("f.yaml", bytes);
  return source ? "accepted" : to_text(source.error());
}

}  // namespace

TEST_CASE("a byte order mark and CRLF line ends are taken away") {
  const auto source = SourceText::make("f.yaml",
                                       "\xef\xbb\xbf"
                                       "a: 1\r\nb: 2\r\n");
  REQUIRE(source);
  CHECK(source->text() == "a: 1\nb: 2\n");
}

TEST_CASE("bytes that are not UTF-8 are refused at their place") {
  CHECK(refusal("a: \xff") == "f.yaml:1:4: found a byte that is not UTF-8");
  CHECK(refusal("a: \xc3\xa4\nb: \xc3") == "f.yaml:2:4: found a byte that is not UTF-8");
  CHECK(refusal("\xc0\xaf") != "accepted");          // overlong
  CHECK(refusal("\xe0\x80\xaf") != "accepted");      // overlong
  CHECK(refusal("\xed\xa0\x80") != "accepted");      // surrogate
  CHECK(refusal("\xf4\x90\x80\x80") != "accepted");  // above U+10FFFF
  CHECK(refusal("\xf0\x9f\x9a\x82") == "accepted");
  CHECK(refusal(std::string("\xff\xfe"
                            "a\0",
                            4)) != "accepted");  // UTF-16
}

TEST_CASE("control characters are refused, also the one that yaml-cpp takes for the end of input") {
  CHECK(refusal("name: shop\n\x04routes: {}") ==
        "f.yaml:2:1: found the control character 0x04, wanted text");
  CHECK(refusal(std::string("a\0b", 3)) ==
        "f.yaml:1:2: found the control character 0x00, wanted text");
  CHECK(refusal("a\rb") == "f.yaml:1:2: found the control character 0x0d, wanted text");
  CHECK(refusal("a\x7f") == "f.yaml:1:2: found the control character 0x7f, wanted text");
  CHECK(refusal("a:\tb\n") == "accepted");
}

TEST_CASE("a text of the size limit is taken, one byte more is not") {
  std::string text(limits::kYamlFileBytes, ' ');
  CHECK(refusal(text) == "accepted");
  text += ' ';
  CHECK(refusal(text) == "f.yaml: the file has more than 67108864 bytes");
}

TEST_CASE("places count lines from 1 and columns in characters, in any order of asking") {
  auto source = SourceText::make("f.yaml", "ab\n\xc3\xa4\xe2\x82\xacz\n\nend");
  REQUIRE(source);
  const auto place = [&](std::size_t offset) {
    const SourcePlace found = source->place_at(offset);
    return std::pair(found.line, found.column);
  };
  // Offsets of: a, b, LF, ä, €, z, LF, LF, e, n, d, end.
  const std::vector<std::pair<std::size_t, std::pair<int, int>>> expected{
      {0, {1, 1}}, {1, {1, 2}},  {2, {1, 3}},  {3, {2, 1}},  {5, {2, 2}},  {8, {2, 3}},
      {9, {2, 4}}, {10, {3, 1}}, {11, {4, 1}}, {12, {4, 2}}, {13, {4, 3}}, {14, {4, 4}}};
  for (const auto& [offset, at] : expected) CHECK(place(offset) == at);
  for (auto it = expected.rbegin(); it != expected.rend(); ++it)
    CHECK(place(it->first) == it->second);
  CHECK(place(1000) == std::pair(4, 4));
}
