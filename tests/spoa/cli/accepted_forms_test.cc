#include "cli/accepted_forms.h"

#include <catch2/catch.hpp>

#include "config/gateway_files.h"
#include "config/gateway_text.h"
#include "routing/compile.h"

using namespace pointsman;

namespace {

manage::Forms forms_of(const std::string& yaml) {
  Diagnostics diagnostics;
  manage::Forms forms;
  for (const auto& read : config::parse_gateway_file("g.yaml", yaml, diagnostics).gateways) {
    forms.emplace(read.spec.name, routing::compile(read.spec, diagnostics));
  }
  REQUIRE_FALSE(diagnostics.has_errors());
  return forms;
}

std::string compared(const manage::Forms& forms) {
  std::string text;
  for (const auto& [name, gateway] : forms) {
    text += comparison_text(gateway->spec, config::Places::kIgnored) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("forms come back as they were written") {
  const auto forms = forms_of(R"(# Two gateways
name: shop
port: 8080
routes:
  v1: &v1
    instances: ["10.0.0.1:80"]
    balance: leastconn
    weight: 50
  v2: *v1
---
{name: other, virtual_hosts: [www.example.com], routes: {v1: {service: other}}}
)");
  const auto again = cli::parse_forms(cli::forms_text(forms));
  CHECK(again.size() == 2);
  CHECK(compared(again) == compared(forms));
}

TEST_CASE("a form that is known without its text is not kept") {
  routing::GatewaySpec spec = forms_of("name: a\nroutes: {v1: {backend: x}}\n").at("a")->spec;
  spec.document.clear();
  Diagnostics diagnostics;
  CHECK(cli::forms_text({{"a", routing::compile(spec, diagnostics)}}) == "[]\n");
}

TEST_CASE("what can't be read is left out") {
  for (const char* text : {"", "nonsense", "{}", "[1, null]", R"(["name: a\nroutes: 5\n"])"}) {
    INFO(text);
    CHECK(cli::parse_forms(text).empty());
  }
  const auto some = cli::parse_forms(R"(["---\n[", "name: a\nroutes: {v1: {backend: x}}\n"])");
  CHECK(some.size() == 1);
}
