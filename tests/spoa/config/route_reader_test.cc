#include "config/route_reader.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/gateway_yaml.h"

using namespace pointsman;
using routing::RouteSpec;
using routing::WeightSpec;

namespace {

std::string indented(const std::string& fields) {
  std::string out = "    ";
  for (const char c : fields) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out + "\n";
}

// Fields stand at column 5, from line 4 on.
std::string gateway_with(const std::string& fields) {
  return "name: shop\nroutes:\n  v1:\n" + indented(fields);
}

RouteSpec route(const std::string& fields) {
  return test::parsed_gateway(gateway_with(fields)).routes.at(0);
}

std::string refusal(const std::string& fields) {
  return test::diagnostics_of(gateway_with(fields));
}

}  // namespace

TEST_CASE("a weight is a percentage or a relative number") {
  CHECK(route("weight: 5%").weight.form == WeightSpec::Form::kPercent);
  CHECK(route("weight: ' 12.5 % '").weight.share == 1250);
  CHECK(route("weight: 3").weight.form == WeightSpec::Form::kRelative);
  CHECK(route("weight: 0.5").weight.relative == 0.5);
  CHECK(route("epoch: 1").weight.form == WeightSpec::Form::kMissing);
  CHECK(route("weight: 5%").weight.place.column == 13);
  CHECK(refusal("weight: [5]") ==
        "shop.yaml:4:13: routes.v1.weight: found a list, wanted a percentage like 5%, or a number "
        "without quotes\n");
  CHECK(refusal("weight: '5'") ==
        "shop.yaml:4:14: routes.v1.weight: found the text '5', wanted a percentage like 5%, or a "
        "number without quotes\n");
  CHECK(refusal("weight: 101%") ==
        "shop.yaml:4:13: routes.v1.weight: found the text '101%', wanted a percentage like 5%, or "
        "a number without quotes\n");
  CHECK(refusal("weight: -1") ==
        "shop.yaml:4:13: routes.v1.weight: found the number -1, wanted a weight from 0 to "
        "1000000000\n");
}

TEST_CASE("the greatest relative weight is taken, a greater one is not") {
  CHECK(route("weight: 1000000000").weight.relative == limits::kRelativeWeightMax);
  CHECK(refusal("weight: 1000000001") != "");
  CHECK(refusal("weight: 1e999") != "");
  CHECK(refusal("weight: .inf") != "");
}

TEST_CASE("a condition strength is a percentage and never a bare number") {
  CHECK(route("condition: path == /\ncondition_strength: 0.5%").strength->share == 50);
  CHECK(refusal("condition_strength: 10") ==
        "shop.yaml:4:25: routes.v1.condition_strength: found the number 10, wanted a percentage "
        "like 5%\n");
}

TEST_CASE("a condition keeps the place of its first character, and may be folded over lines") {
  const RouteSpec quoted = route("condition: \"path == /\"");
  CHECK(quoted.condition->text == "path == /");
  CHECK(quoted.condition->place.column == 17);
  CHECK(route("condition: >\n  path == /a\n  or path == /b").condition->text ==
        "path == /a or path == /b");
  CHECK(route("condition: |\n  path == /a\n  or path == /b").condition->text ==
        "path == /a or path == /b");
  CHECK(route("condition: true").condition->text == "true");
  CHECK(refusal("condition: \"path == /\\x01\"") ==
        "shop.yaml:4:17: routes.v1.condition: found a control character, wanted a condition\n");
  CHECK(refusal("condition: [path]") ==
        "shop.yaml:4:16: routes.v1.condition: found a list, wanted a condition like 'header x-beta "
        "== yes'\n");
}

TEST_CASE("instances are written short, long, or as the route's name") {
  const RouteSpec both =
      route("instances: [\"10.0.0.7:8080\", {address: web, port: 80, weight: 0}]");
  REQUIRE(both.instances.size() == 2);
  CHECK(both.instances[0].address == "10.0.0.7");
  CHECK(both.instances[0].port == 8080);
  CHECK(both.instances[0].weight == 100);
  CHECK(both.instances[1].address == "web");
  CHECK(both.instances[1].weight == 0);
  const auto external = test::parsed_gateway(
      "name: a\nroutes:\n  '[192.0.2.10:80]': {weight: 0%}\n"
      "  '[[2001:db8::1]:81]':\n");
  REQUIRE(external.routes.size() == 2);
  CHECK(external.routes[0].name == "[192.0.2.10:80]");
  CHECK(external.routes[0].instances.at(0).address == "192.0.2.10");
  CHECK(external.routes[1].instances.at(0).address == "2001:db8::1");
  CHECK(external.routes[1].instances.at(0).port == 81);
}

TEST_CASE("every fault of the instances is reported") {
  CHECK(refusal("instances: [10.0.0.7, {adress: web, port: 0}, [x]]") ==
        "shop.yaml:4:17: routes.v1.instances[0]: found the text '10.0.0.7', wanted an instance "
        "like 10.0.0.7:8080, [2001:db8::7]:8080 or web.internal:8080\n"
        "shop.yaml:4:27: routes.v1.instances[1]: address is missing, wanted an address or a host "
        "name\n"
        "shop.yaml:4:47: routes.v1.instances[1].port: found the number 0, wanted a number from 1 "
        "to 65535\n"
        "shop.yaml:4:28: routes.v1.instances[1].adress: unknown key; did you mean 'address'?\n"
        "shop.yaml:4:51: routes.v1.instances[2]: found a list, wanted an instance like "
        "10.0.0.7:8080, [2001:db8::7]:8080 or web.internal:8080\n");
  CHECK(refusal("instances: [{address: web, port: 80, weight: 256}]").empty());
  CHECK(refusal("instances: [{address: web, port: 80, weight: 257}]") ==
        "shop.yaml:4:50: routes.v1.instances[0].weight: found the number 257, wanted a number from "
        "0 to 256\n");
  CHECK(test::diagnostics_of("name: a\nroutes: {'[web]': {}}\n") ==
        "shop.yaml:2:11: routes.[web]: found 'web' in brackets, wanted an instance like "
        "10.0.0.7:8080, [2001:db8::7]:8080 or web.internal:8080\n");
}

TEST_CASE("a route leads to one place") {
  CHECK(route("backend: be_legacy").backend->text == "be_legacy");
  CHECK(route("service: shop-v1").service->text == "shop-v1");
  CHECK(route("gateway: other/shop").gateway->text == "other/shop");
  const RouteSpec discovering = route("discover: {dns: web, port: 3000, every: 5s}");
  CHECK(discovering.discover->dns == "web");
  CHECK(discovering.discover->port == 3000);
  CHECK(discovering.discover->every == std::chrono::seconds(5));
  CHECK(refusal("backend: a\nservice: b") ==
        "shop.yaml:3:3: routes.v1: found backend and service, wanted one of them\n");
  CHECK(refusal("backend: 'be legacy'") ==
        "shop.yaml:4:15: routes.v1.backend: found the text 'be legacy', wanted a backend's name "
        "(letters, digits, - _ . :)\n");
  CHECK(refusal("discover: {port: 1}") ==
        "shop.yaml:4:15: routes.v1.discover: dns is missing, wanted a host name\n");
}

TEST_CASE("rewrites keep their place") {
  const RouteSpec rewriting = route("rewrites:\n  - path: /v2%[path] if path starts with /api");
  REQUIRE(rewriting.rewrites.size() == 1);
  CHECK(rewriting.rewrites[0].text == "/v2%[path] if path starts with /api");
  CHECK(rewriting.rewrites[0].place.line == 5);
  CHECK(rewriting.rewrites[0].place.column == 15);
  CHECK(refusal("rewrites: [/x, {paht: /x}, {path: \"/x\\n\"}]") ==
        "shop.yaml:4:16: routes.v1.rewrites[0]: found the text '/x', wanted a rewrite like 'path: "
        "/new%[path] if path starts with /old'\n"
        "shop.yaml:4:20: routes.v1.rewrites[1]: path is missing, wanted a rewrite like 'path: "
        "/new%[path] if path starts with /old'\n"
        "shop.yaml:4:21: routes.v1.rewrites[1].paht: unknown key; did you mean 'path'?\n"
        "shop.yaml:4:40: routes.v1.rewrites[2].path: found a line break or control character, "
        "wanted a rewrite like 'path: /new%[path] if path starts with /old'\n");
}

TEST_CASE("epoch and balance are read") {
  CHECK(route("epoch: 7").epoch == "7");
  CHECK(route("weight: 1").epoch == "0");
  const std::string largest = std::to_string(limits::kEpochMax);
  CHECK(route("epoch: " + largest).epoch == largest);
  CHECK(refusal("epoch: " + std::to_string(limits::kEpochMax + 1)) != "");
  CHECK(refusal("epoch: -1") != "");
  CHECK(route("balance: hdr(X-User) use_domain_only").balance == "hdr(X-User) use_domain_only");
  CHECK(route("balance: default").balance.empty());
  CHECK(refusal("balance: \"roundrobin # x\"") ==
        "shop.yaml:4:15: routes.v1.balance: found the text 'roundrobin # x', wanted a balance "
        "algorithm like leastconn\n");
}

TEST_CASE("what Vamp's routes carry besides is ignored with a note") {
  CHECK(refusal("lookup_name: abc") ==
        "shop.yaml:4:18: note: routes.v1.lookup_name: ignored, as nothing here uses it\n");
}
