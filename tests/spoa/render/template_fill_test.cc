#include "render/template_fill.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "spoa/render/template_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Json = nlohmann::ordered_json;

namespace {

std::string filled(const render::TemplateSource& source, const std::string& json) {
  const auto text = render::fill(source, Json::parse(json));
  REQUIRE(text);
  return *text;
}

std::string filled(const std::string& text, const std::string& json) {
  return filled(template_of(text), json);
}

}  // namespace

TEST_CASE("values are written as they are read: texts, numbers, true") {
  CHECK(filled("{{a}} {{b}} {{c}} {{d}} {{e.f}}",
               R"({"a": "x", "b": 0, "c": 2.5, "d": true, "e": {"f": -1}})") == "x 0 2.5 true -1");
}

TEST_CASE("what is empty, false or null is nothing") {
  for (const char* value : {"\"\"", "false", "null", "[]"}) {
    INFO(value);
    const std::string json = std::string("{\"a\": ") + value + "}";
    CHECK(filled("<{{a}}{{#a}}is{{/a}}{{^a}}none{{/a}}>", json) == "<none>");
  }
  CHECK(filled("{{#a}}is{{/a}}", R"({"a": 0})") == "is");
}

TEST_CASE("lists are gone through, of texts too, and of lists") {
  CHECK(filled("{{#a}}{{b}}{{c}};{{/a}}", R"({"c": "c", "a": [{"b": 1}, {"b": 2}]})") == "1c;2c;");
  CHECK(filled("{{#a}}{{.}};{{/a}}", R"({"a": ["x", 2]})") == "x;2;");
  CHECK(filled("{{#a}}({{#.}}{{.}}{{/.}}){{/a}}", R"({"a": [[1, 2], [3]]})") == "(12)(3)");
}

TEST_CASE("whatever a value holds, it is a part of a word of one line") {
  CHECK(render::escape_for_haproxy("a b\n    server x 192.0.2.1:80 # \"'\\$HOME\t\r\x01\x7f") ==
        "a\\ b\\n\\ \\ \\ \\ server\\ x\\ 192.0.2.1:80\\ \\#\\ \\\"\\'\\\\\\$HOME\\t\\r\\x01\\x7f");
  CHECK(render::escape_for_haproxy("shop/v1_[::1]:80,{}%()") == "shop/v1_[::1]:80,{}%()");
  CHECK(filled("# {{a}}", R"({"a": "x\ny"})") == "# x\\ny");
  CHECK(filled("{{{a}}}|{{&a}}", R"({"a": "x\ny"})") == "x\ny|x\ny");  // on purpose
}

TEST_CASE("a partial has the name of its file, whatever data has that name") {
  auto source = template_of("{{#backends}}{{> backends}}{{/backends}}\n");
  source.partials["backends"] = template_text("b.mustache", "<{{name}}>\n");
  CHECK(filled(source, R"({"backends": [{"name": "x"}, {"name": "y"}]})") == "<x><y>\n");
}

TEST_CASE("lines of sections leave nothing behind but one blank line") {
  CHECK(filled("a\n{{#b}}\n\nc\n{{/b}}\n\n\n\nd\n\n", R"({"b": [1, 2]})") == "a\n\nc\n\nc\n\nd\n");
}
