#include "routing/clashes.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "routing/compile.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

// Gateways of which number i stands in line 10 * i of shop.yaml, its port in the next line.
std::vector<GatewaySpec> placed(const std::string& text) {
  const auto file = std::make_shared<const std::string>("shop.yaml");
  std::vector<GatewaySpec> specs = test::gateway_specs(text);
  int line = 0;
  for (GatewaySpec& spec : specs) {
    line += 10;
    spec.place = {file, line, 7};
    spec.port_place = {file, line + 1, 7};
    for (RouteSpec& route : spec.routes) {
      route.place = {file, line + 2, 3};
      route.weight.place = route.place;
    }
  }
  return specs;
}

std::string link_errors(const std::vector<GatewaySpec>& specs, const std::string& domain = "") {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const Gateway>> gateways;
  for (const GatewaySpec& spec : specs) gateways.push_back(compile(spec, diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  Diagnostics found;
  const auto table = RouteTable::link(gateways, domain, 1, found);
  CHECK((table == nullptr) == found.has_errors());
  std::string lines;
  for (const Diagnostic& item : found.items()) lines += to_text(item) + "\n";
  return lines;
}

std::string link_errors(const std::string& text) { return link_errors(test::gateway_specs(text)); }

std::vector<GatewaySpec> on_one_port(const std::string& text) {
  std::vector<GatewaySpec> specs = placed(text);
  for (GatewaySpec& spec : specs) spec.port = 8080;
  return specs;
}

}  // namespace

TEST_CASE("Two gateways of one cookie are refused") {
  CHECK(link_errors("gateway a/b\ngateway a-b") ==
        "sticky.cookie: the cookie pm_a-b belongs to gateway a/b; give one of the two another "
        "name\n");
  CHECK(link_errors("gateway a/b cookie=mine\ngateway a-b") == "");
}

TEST_CASE("Two routes of one generated backend name are refused") {
  CHECK(link_errors("gateway shop\n route a/b 50%\n route a-b 50%") ==
        "routes.a-b: its backend shop__a-b is that of route a/b of gateway shop too; rename "
        "one of the two\n");
  CHECK(link_errors("gateway a\n route b__c -\ngateway a__b\n route c -") ==
        "routes.c: its backend a__b__c is that of route b__c of gateway a too; rename one of "
        "the two\n");
  CHECK(link_errors("gateway a\n route b -\ngateway c\n route d - backend=a__b")
            .starts_with("routes.d: its backend a__b"));
}

TEST_CASE("Routes may share a backend of the user's own") {
  CHECK(link_errors("gateway a\n route b - backend=be\ngateway c\n route d - backend=be") == "");
}

TEST_CASE("A clash of default cookies is where the gateway's name is") {
  CHECK(link_errors(placed("gateway a.b\n route x -\ngateway a-b\n route x2 - backend=y")) ==
        "shop.yaml:20:7: sticky.cookie: the cookie pm_a-b belongs to gateway a.b (shop.yaml:10); "
        "give one of the two another name\n");
}

TEST_CASE("Gateways with virtual hosts share a port, with one without them at most") {
  CHECK(link_errors(on_one_port("gateway a host=a\ngateway b host=b")) == "");
  CHECK(link_errors(on_one_port("gateway a host=a\ngateway b\ngateway c host=c")) == "");
  CHECK(link_errors(on_one_port("gateway a\ngateway b host=b\ngateway c")) ==
        "shop.yaml:31:7: port: the port 8080 needs virtual_hosts here or there, to be shared with "
        "gateway a (shop.yaml:10)\n");
  CHECK(link_errors(on_one_port("gateway a\ngateway b"), "example.com") == "");
}

TEST_CASE("Gateways without virtual hosts have ports of their own") {
  std::vector<GatewaySpec> specs = on_one_port("gateway a\ngateway b\ngateway c");
  specs[1].port = 8081;
  specs[2].port.reset();
  CHECK(link_errors(specs) == "");
}

TEST_CASE("A tcp gateway shares its port with no other") {
  for (const char* text : {"gateway a host=a\ngateway b tcp", "gateway a tcp\ngateway b host=b",
                           "gateway a tcp\ngateway b tcp"}) {
    CHECK(link_errors(on_one_port(text)) ==
          "shop.yaml:21:7: port: the port 8080 of tcp can't be shared; it belongs to gateway a "
          "(shop.yaml:10)\n");
  }
}

TEST_CASE("so many raw ACLs may all gateways have, however often each stands") {
  for (const std::size_t count : {limits::kRawAcls, limits::kRawAcls + 1}) {
    std::string text = "gateway a\n route r 1 if <path /0>\ngateway b\n";
    for (std::size_t i = 0; i < count; ++i) {
      text += " route r" + std::to_string(i) + " 1 if <path /" + std::to_string(i) + ">\n";
    }
    const std::string faults = link_errors(text);
    INFO(faults);
    CHECK(faults.empty() == (count == limits::kRawAcls));
    if (!faults.empty())
      CHECK(faults.starts_with("routes.r20.condition: <path /20> is one too many"));
  }
}
