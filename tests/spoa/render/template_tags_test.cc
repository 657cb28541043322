#include "render/template_tags.h"

#include <catch2/catch.hpp>

using namespace pointsman;
using render::read_tags;
using Kind = render::TemplateTag::Kind;

namespace {

std::string fault_of(std::string_view text) {
  const auto tags = read_tags(text);
  REQUIRE_FALSE(tags);
  return to_text(tags.error());
}

std::string place_of_fault(std::string_view text) {
  const auto tags = read_tags(text);
  REQUIRE_FALSE(tags);
  return std::to_string(tags.error().place.line) + ":" + std::to_string(tags.error().place.column);
}

}  // namespace

TEST_CASE("tags are read with their kind, name, line and column") {
  const auto tags = read_tags(
      "# {{name}}\n{{#routes}}{{{ balance }}} {{& x}}\n"
      "é{{^none}}{{/none}}{{> decide}}{{! a\nnote }}{{/routes}}\n");
  REQUIRE(tags);
  REQUIRE(tags->size() == 9);
  const auto at = [&](std::size_t i) {
    const auto& tag = (*tags)[i];
    return tag.name + " " + std::to_string(tag.line) + ":" + std::to_string(tag.column);
  };
  CHECK(at(0) == "name 1:3");
  CHECK(at(1) == "routes 2:1");
  CHECK(at(2) == "balance 2:12");
  CHECK(at(3) == "x 2:28");
  CHECK(at(4) == "none 3:2");  // in characters
  CHECK(at(6) == "decide 3:20");
  CHECK(at(8) == "routes 4:8");
  const Kind kinds[] = {Kind::kVariable, Kind::kSection,  Kind::kVariable,
                        Kind::kVariable, Kind::kInverted, Kind::kEnd,
                        Kind::kPartial,  Kind::kOther,    Kind::kEnd};
  for (std::size_t i = 0; i < tags->size(); ++i) CHECK((*tags)[i].kind == kinds[i]);
}

TEST_CASE("other delimiters hold from their tag on") {
  const auto tags = read_tags("{{=<% %>=}}{{not a tag}}<%name%><%={{ }}=%>{{other}}");
  REQUIRE(tags);
  REQUIRE(tags->size() == 4);
  CHECK((*tags)[1].name == "name");
  CHECK((*tags)[3].name == "other");
}

TEST_CASE("a tag that does not end is told with its place") {
  CHECK(place_of_fault("a\n  {{name}\n") == "2:3");
  CHECK(fault_of("{{name}\n") == "this tag does not end, wanted '}}'");
  CHECK(fault_of("{{{name}}\n") == "this tag does not end, wanted '}}}'");
  CHECK(fault_of("{{") == "this tag does not end, wanted '}}'");
}

TEST_CASE("a tag has a name") {
  for (const char* text : {"{{}}", "{{ }}", "{{#}}", "{{/ }}", "{{>}}", "{{&}}", "{{{ }}}"}) {
    INFO(text);
    CHECK(fault_of(text) == "this tag has no name");
  }
}

TEST_CASE("delimiters are two words without '='") {
  for (const char* text :
       {"{{=}}", "{{= =}}", "{{=<%=}}", "{{=<% %> x=}}", "{{=<= %>=}}", "{{=<% %>}}"}) {
    INFO(text);
    CHECK(fault_of(text) == "wanted new delimiters like {{=<% %>=}}");
  }
}

TEST_CASE("every beginning of a template is read or refused") {
  const std::string text = "{{#a}}{{{b}}}{{=<% %>=}}<%/a%><%! x %>";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto tags = read_tags(std::string_view(text).substr(0, size));
    if (tags) CHECK(tags->size() <= 5);
  }
}
