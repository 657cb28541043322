#include "render/template_check.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "spoa/render/template_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Matchers::Contains;
using Json = nlohmann::ordered_json;

namespace {

// gateways with routes, as templates see them.
const Json kSample = Json::parse(R"({
  "spoe_file": "x", "bridge": true, "names": ["a"], "metadata_of_all": null,
  "gateways": [{"name": "shop", "sticky": {"cookie": "c"}, "metadata": null,
                "routes": [{"name": "v1", "balance": "first", "metadata": null}]}]
})");

std::string faults_of(const render::TemplateSource& source) {
  Diagnostics diagnostics;
  render::check_template(source, kSample, diagnostics);
  std::string text;
  for (const auto& item : diagnostics.items()) text += to_text(item) + "\n";
  return text;
}

std::string faults_of(const std::string& text) { return faults_of(template_of(text)); }

}  // namespace

TEST_CASE("a template may use every name where it can be seen, from inner levels too") {
  CHECK(faults_of("{{spoe_file}}{{#gateways}}{{name}}{{#routes}}{{balance}}{{spoe_file}}{{/routes}}"
                  "{{sticky.cookie}}{{#sticky}}{{cookie}}{{name}}{{/sticky}}{{/gateways}}"
                  "{{#names}}{{.}}{{/names}}{{^bridge}}{{spoe_file}}{{/bridge}}"
                  "{{#bridge}}{{spoe_file}}{{/bridge}}") == "");
}

TEST_CASE("an unknown name is an error with its place, and the near one") {
  CHECK(faults_of("a\n  {{spo_file}}\n") ==
        "x.mustache:2:3: no data has the name 'spo_file' here; did you mean 'spoe_file'?\n");
  CHECK(faults_of("{{#gateways}}{{#routes}}\n{{balence}}{{/routes}}{{/gateways}}") ==
        "x.mustache:2:1: no data has the name 'balence' here; did you mean 'balance'?\n");
  CHECK(faults_of("{{zzz}}") == "x.mustache:1:1: no data has the name 'zzz' here\n");
  CHECK_THAT(faults_of("{{#gateways}}{{sticky.cokie}}{{/gateways}}"), Contains("'sticky.cokie'"));
}

TEST_CASE("a name of another level is told where it is") {
  CHECK(faults_of("{{balance}}") ==
        "x.mustache:1:1: no data has the name 'balance' here; 'gateways.routes' has it\n");
}

TEST_CASE("in metadata there may be anything") {
  CHECK(faults_of("{{#gateways}}{{metadata.team}}{{#metadata}}{{team}}{{#pager}}{{number}}"
                  "{{/pager}}{{/metadata}}{{#routes}}{{metadata.a.b}}{{/routes}}{{/gateways}}") ==
        "");
}

TEST_CASE("sections end in the order in which they began") {
  CHECK(faults_of("\n{{#gateways}}\n{{#routes}}{{/routes}}") ==
        "x.mustache:2:1: the section 'gateways' does not end, wanted {{/gateways}}\n");
  CHECK(faults_of("{{#gateways}}\n{{#routes}}\n{{/gateways}}{{/routes}}") ==
        "x.mustache:3:1: found the end of 'gateways', wanted that of 'routes', which began in line "
        "2\n");
  CHECK(faults_of("x {{/routes}}") == "x.mustache:1:3: no section 'routes' is open here\n");
}

TEST_CASE("a tag that does not end is told with the file") {
  CHECK(faults_of("a {{name") == "x.mustache:1:3: this tag does not end, wanted '}}'\n");
}

TEST_CASE("partials are looked into where they stand, and told once") {
  auto source = template_of("{{#gateways}}{{> one}}{{/gateways}}{{> two}}{{> two}}");
  source.partials["one"] = template_text("one.mustache", "{{name}}");
  source.partials["two"] = template_text("two.mustache", "\n {{name}}");
  CHECK(faults_of(source) ==
        "two.mustache:2:2: no data has the name 'name' here; did you mean 'names'?\n");
}

TEST_CASE("a partial that is not there is an error, with the near one") {
  CHECK_THAT(faults_of("\n{{> decid}}"),
             Contains("x.mustache:2:1: no partial 'decid'") && Contains("did you mean 'decide'?"));
}

TEST_CASE("a partial that includes itself is an error") {
  auto source = template_of("{{> one}}");
  source.partials["one"] = template_text("one.mustache", "{{> two}}");
  source.partials["two"] = template_text("two.mustache", "{{> one}}");
  CHECK(faults_of(source) == "two.mustache:1:1: the partial 'one' includes itself\n");
}

TEST_CASE("partials are included only so often") {
  for (const std::size_t count : {limits::kTemplateInclusions, limits::kTemplateInclusions + 1}) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "{{> one}}";
    auto source = template_of(text);
    source.partials["one"] = template_text("one.mustache", "x");
    CHECK(faults_of(source).empty() == (count == limits::kTemplateInclusions));
  }
}
