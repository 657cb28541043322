#include "config/text_marks.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "config/yaml_reader.h"
#include "routing/compile.h"
#include "support/gateway_yaml.h"

using namespace pointsman;

namespace {

// Where the only error of a gateway with this route is said to be, as LINE:COLUMN.
std::string error_in(const std::string& route) {
  const auto gateway = test::parsed_gateway("name: shop\nroutes:\n  v1:\n" + route);
  Diagnostics diagnostics;
  CHECK(routing::compile(gateway, diagnostics) == nullptr);
  REQUIRE(diagnostics.count(Severity::kError) == 1);
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.severity != Severity::kError) continue;
    return std::to_string(item.place.line) + ":" + std::to_string(item.place.column);
  }
  return "";
}

// Letters stand for themselves in every style, so each of the text is found in the file.
void check_every_letter(const std::string& file) {
  INFO(file);
  const auto yaml = config::parse_yaml("f.yaml", file);
  REQUIRE(yaml);
  const config::YamlNode& node = *yaml->documents.at(0).root;
  const routing::SpecText text{node.text, node.place, node.marks};
  std::vector<std::string> lines(1);
  for (const char c : file) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  for (std::size_t i = 0; i < text.text.size(); ++i) {
    if (text.text[i] < 'a' || text.text[i] > 'z') continue;
    const SourcePlace place = text.place_of(i);
    INFO(i << " is " << place.line << ":" << place.column);
    CHECK(lines.at(static_cast<std::size_t>(place.line - 1))
              .substr(static_cast<std::size_t>(place.column - 1), 1) == text.text.substr(i, 1));
  }
}

}  // namespace

TEST_CASE("an error in a plain condition is where it stands") {
  CHECK(error_in("    condition: path == /a or pth == /b\n") == "4:30");
  CHECK(error_in("    condition: path == /a or\n      pth == /b\n") == "5:7");
  CHECK(error_in("    condition: path == /a or\n\n      path == /c or pth == /b\n") == "6:21");
}

TEST_CASE("an error in a block scalar is in the line and column where it stands") {
  CHECK(error_in("    condition: >-\n      path == /a\n      or pth == /b\n") == "6:10");
  CHECK(error_in("    condition: >\n      path == /a\n\n      or pth == /b\n    epoch: 1\n") ==
        "7:10");
  CHECK(error_in("    condition: |\n      pth == /a\n      or path == /b\n") == "5:7");
  CHECK(error_in("    condition: |- # folded\n      path == /a\n        or pth == /b\n") == "6:12");
}

TEST_CASE("an error at the end of a block scalar is not in what follows it") {
  CHECK(error_in("    condition: >-\n      path ==\n    epoch: 1\n") == "5:14");
  CHECK(error_in("    condition: |+\n      path ==\n\n    epoch: 1\n") == "5:14");
}

TEST_CASE("an error behind a quote in single quotes is where it stands") {
  CHECK(error_in("    condition: 'path == \"it''s\" or pth == /b'\n") == "4:36");
  CHECK(error_in("    condition: 'path == /a\n      or pth == /b'\n") == "5:10");
}

TEST_CASE("an error behind an escape in double quotes is where it stands") {
  CHECK(error_in("    condition: \"path == \\\"a\\\" or pth == /b\"\n") == "4:34");
  CHECK(error_in("    condition: \"path == \\x2fa or pth == /b\"\n") == "4:34");
  CHECK(error_in("    condition: \"path == /\\u00e4 or pth == /b\"\n") == "4:36");
  CHECK(error_in("    condition: \"path == /a \\\n      or pth == /b\"\n") == "5:10");
}

TEST_CASE("the column of an error counts characters") {
  CHECK(error_in("    condition: path == /ä€ or pth == /b\n") == "4:31");
  CHECK(error_in("    condition: >-\n      path == /ä\n      or path == /ä or pth == /b\n") ==
        "6:24");
}

TEST_CASE("an error in a folded rewrite is where it stands") {
  CHECK(error_in("    rewrites:\n      - path: >-\n          /new if\n          pth == /b\n") ==
        "7:11");
}

TEST_CASE("every letter of a scalar of any style is where it is said to be") {
  for (const char* file : {
           "abc",
           "a b\n c\n\n d   e",
           "'a''b '' c\n  d'",
           "\"a\\tb\\x20c\\n d\\\\e \\\n   f\\U0001f600g\"",
           "\"\\\n  a\n\n  b\"",
           "|\n a\n  b\n\n c\n",
           ">\n a\n b\n\n\n  c\n d",
           ">2-\n    a\n  b\n",
           "&x !!str 'a''b'",
       }) {
    check_every_letter(file);
  }
}

TEST_CASE("a text has as many marks as the limit, and not one more") {
  const auto marks = [](std::size_t escapes) {
    std::string file = "\"";
    for (std::size_t i = 0; i < escapes; ++i) file += "\\t";
    return config::parse_yaml("f.yaml", file + "\"")->documents.at(0).root->marks.size();
  };
  CHECK(marks(limits::kTextMarks) == limits::kTextMarks);
  CHECK(marks(limits::kTextMarks + 1) == limits::kTextMarks);
}
