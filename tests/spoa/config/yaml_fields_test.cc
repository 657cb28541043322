#include "config/yaml_fields.h"

#include <array>
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "config/value_syntax.h"

using namespace pointsman;
using namespace pointsman::config;

namespace {

// Lets a test read the fields of a mapping, and yields what was reported.
template <class Read>
std::string reported(const std::string& yaml, Read read) {
  const auto file = parse_yaml("f.yaml", yaml);
  REQUIRE(file);
  Diagnostics diagnostics;
  ReadContext context(diagnostics);
  MappingReader reader({file->documents[0].root, "top", &context}, "a mapping");
  read(reader);
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += to_text(item) + "\n";
  return text;
}

std::string repeated_keys(std::size_t count) {
  std::string yaml;
  for (std::size_t i = 0; i < count; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  return yaml;
}

}  // namespace

TEST_CASE("keys that nobody took are unknown, with the nearest key that is known") {
  CHECK(reported("weight: 1\nwieght: 2\nzebra: 3\n<<: {}\n",
                 [](MappingReader& reader) {
                   reader.take("weight");
                   reader.refuse_unknown_keys();
                 }) ==
        "f.yaml:2:1: top.wieght: unknown key; did you mean 'weight'?\n"
        "f.yaml:3:1: top.zebra: unknown key\n"
        "f.yaml:4:1: top.<<: merge keys are not supported; use an alias for the whole value\n");
}

TEST_CASE("a key with a line break or of great length does not spread over the log") {
  const std::string reports = reported("\"a\\nb\": 1\n" + std::string(1000, 'x') + ": 2\n",
                                       [](MappingReader& reader) { reader.refuse_unknown_keys(); });
  CHECK(reports == "f.yaml:1:2: top.a b: unknown key\nf.yaml:2:1: top." + std::string(255, 'x') +
                       "…: unknown key\n");
}

TEST_CASE("a value of another type is named, with what was wanted") {
  CHECK(reported("a: [1]\nb: {}\nc:\nd: 7\n",
                 [](MappingReader& reader) {
                   CHECK_FALSE(read_text(reader.take("a"), "a percentage like 5%"));
                   CHECK_FALSE(read_boolean(reader.take("b")));
                   CHECK_FALSE(read_text(reader.take("c"), "a path"));
                   CHECK_FALSE(read_boolean(reader.take("d")));
                   CHECK_FALSE(read_text(reader.take("absent"), "a path"));
                 }) ==
        "f.yaml:1:4: top.a: found a list, wanted a percentage like 5%\n"
        "f.yaml:2:4: top.b: found a mapping, wanted true or false\n"
        "f.yaml:3:1: top.c: found nothing, wanted a path\n"
        "f.yaml:4:4: top.d: found the number 7, wanted true or false\n");
}

TEST_CASE("a list where a mapping belongs is reported, nothing at all is an empty mapping") {
  CHECK(reported("[a]", [](MappingReader& reader) { CHECK(reader.entries().empty()); }) ==
        "f.yaml:1:1: top: found a list, wanted a mapping\n");
  CHECK(reported("~", [](MappingReader& reader) { CHECK_FALSE(reader.take("a")); }).empty());
}

TEST_CASE("booleans, numbers, choices and names are read") {
  constexpr std::array<std::string_view, 2> kColours{"red", "green"};
  CHECK(reported("a: TRUE\nb: 5\nc: green\nd: shop/v1\ne: gren\nf: '5'\ng: 11\nh: \"a\\nb\"\n",
                 [&](MappingReader& reader) {
                   CHECK(read_boolean(reader.take("a")) == true);
                   CHECK(read_number(reader.take("b"), 1, 10) == 5u);
                   CHECK(read_choice(reader.take("c"), kColours) == 1u);
                   CHECK(read_name(reader.take("d"), "a name") == "shop/v1");
                   CHECK_FALSE(read_choice(reader.take("e"), kColours));
                   CHECK_FALSE(read_number(reader.take("f"), 1, 10));
                   CHECK_FALSE(read_number(reader.take("g"), 1, 10));
                   CHECK_FALSE(read_name(reader.take("h"), "a name"));
                 }) ==
        "f.yaml:5:4: top.e: found the text 'gren', wanted one of red, green; did you mean "
        "'green'?\n"
        "f.yaml:6:5: top.f: found the text '5', wanted a number from 1 to 10\n"
        "f.yaml:7:4: top.g: found the number 11, wanted a number from 1 to 10\n"
        "f.yaml:8:5: top.h: found a line break or control character, wanted a name\n");
}

TEST_CASE("the limit of errors is listed, and one more that says that there are more") {
  const auto lines = [](std::size_t faults) {
    const std::string text = reported(repeated_keys(faults),
                                      [](MappingReader& reader) { reader.refuse_unknown_keys(); });
    return std::pair(std::count(text.begin(), text.end(), '\n'),
                     text.find("further errors") != std::string::npos);
  };
  CHECK(lines(limits::kDiagnosticsShown) == std::pair(100L, false));
  CHECK(lines(limits::kDiagnosticsShown + 1) == std::pair(101L, true));
  CHECK(lines(limits::kDiagnosticsShown + 50) == std::pair(101L, true));
}
