#include "routing/route_table.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "routing/compile.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string link_errors(const std::string& text, const std::string& domain = "") {
  Diagnostics diagnostics;
  const auto table = RouteTable::link(test::compiled(text), domain, 1, diagnostics);
  CHECK((table == nullptr) == diagnostics.has_errors());
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    lines += item.gateway + ": " + item.key + ": " + item.message + "\n";
  }
  return lines;
}

std::string found_by(const RouteTable& table, std::string_view host) {
  const Gateway* gateway = table.find_by_host(host);
  return gateway == nullptr ? "none" : gateway->name;
}

std::vector<std::shared_ptr<const Gateway>> numbered(std::size_t count, std::size_t hosts_each) {
  std::vector<std::shared_ptr<const Gateway>> gateways;
  for (std::size_t i = 0; i < count; ++i) {
    auto gateway = std::make_shared<Gateway>();
    gateway->name = "g" + std::to_string(i);
    gateway->sticky.cookie = gateway->name;
    gateway->spec.name = gateway->name;
    for (std::size_t host = 0; host < hosts_each; ++host) {
      gateway->virtual_hosts.push_back("h" + std::to_string(host) + "." + gateway->name);
      gateway->spec.virtual_hosts.push_back({gateway->virtual_hosts.back(), {}});
    }
    gateways.push_back(gateway);
  }
  return gateways;
}

}  // namespace

TEST_CASE("A host finds its gateway by name, then by the longest suffix, then by the star") {
  const auto table = test::table_of(R"(
      gateway exact host=a.shop.example.com
      gateway near host=*.shop.example.com
      gateway far host=*.example.com
      gateway rest host=*
      )");
  CHECK(found_by(*table, "a.shop.example.com") == "exact");
  CHECK(found_by(*table, "b.shop.example.com") == "near");
  CHECK(found_by(*table, "x.a.shop.example.com") == "near");
  CHECK(found_by(*table, "shop.example.com") == "far");
  CHECK(found_by(*table, "example.com") == "rest");
  CHECK(found_by(*table, ".example.com") == "rest");
  CHECK(found_by(*table, "notexample.com") == "rest");
  CHECK(found_by(*table, "") == "rest");
}

TEST_CASE("A host of no gateway finds none") {
  const auto table = test::table_of("gateway shop host=shop.example.com host=*.shop.example.com");
  CHECK(found_by(*table, "shop.example.com") == "shop");
  CHECK(found_by(*table, "example.com") == "none");
  CHECK(found_by(*table, "") == "none");
  CHECK(found_by(*test::table_of(""), "shop.example.com") == "none");
}

TEST_CASE("A host longer than any virtual host is not looked up by its suffixes") {
  const auto table = test::table_of("gateway shop host=*.b");
  CHECK(found_by(*table, std::string(limits::kHostBytes - 2, 'a') + ".b") == "shop");
  CHECK(found_by(*table, std::string(limits::kHostBytes - 1, 'a') + ".b") == "none");
}

TEST_CASE("Every gateway answers below the virtual host domain, its segments reversed") {
  const auto table =
      test::table_of("gateway shop/web\ngateway a_b\ngateway Big", "apps.example.com");
  CHECK(found_by(*table, "web.shop.apps.example.com") == "shop/web");
  CHECK(found_by(*table, "a-b.apps.example.com") == "a_b");
  CHECK(found_by(*table, "big.apps.example.com") == "Big");
  CHECK(found_by(*table, "shop.apps.example.com") == "none");
  CHECK(found_by(*test::table_of("gateway shop"), "shop") == "none");
}

TEST_CASE("A default virtual host that the gateway also lists is no clash, another's is") {
  CHECK(link_errors("gateway shop host=shop.x", "x") == "");
  CHECK(link_errors("gateway one host=shop.x\ngateway shop", "x") ==
        "shop: virtual_hosts: the virtual host shop.x belongs to gateway one\n");
}

TEST_CASE("Two gateways of one name are refused") {
  CHECK(link_errors("gateway shop\ngateway shop") ==
        "shop: name: there is another gateway of this name\n");
}

TEST_CASE("One virtual host of two gateways is refused, naming the later one") {
  CHECK(link_errors("gateway a host=X.example.com\ngateway b host=x.EXAMPLE.com.") ==
        "b: virtual_hosts: the virtual host x.example.com belongs to gateway a\n");
  CHECK(link_errors("gateway a host=*.x\ngateway b host=*.x") ==
        "b: virtual_hosts: the virtual host *.x belongs to gateway a\n");
  CHECK(link_errors("gateway a host=*\ngateway b host=*") ==
        "b: virtual_hosts: the virtual host * belongs to gateway a\n");
}

TEST_CASE("An error says where the other gateway stands") {
  auto specs = test::gateway_specs("gateway a host=x\ngateway b host=x");
  const auto file = std::make_shared<const std::string>("shop.yaml");
  specs[0].place = {file, 3, 1};
  specs[1].virtual_hosts[0].place = {file, 9, 17};
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const Gateway>> gateways;
  for (const auto& spec : specs) gateways.push_back(compile(spec, diagnostics));
  Diagnostics found;
  CHECK(RouteTable::link(gateways, "", 1, found) == nullptr);
  REQUIRE(found.items().size() == 1);
  CHECK(to_text(found.items()[0]) ==
        "shop.yaml:9:17: virtual_hosts: the virtual host x belongs to gateway a (shop.yaml:3)");
}

TEST_CASE("A default cookie is named after its gateway") {
  CHECK(default_cookie_name("shop/web_1.x") == "pm_shop-web-1-x");
}

TEST_CASE("All faults of a table are reported at once, those of references too") {
  const std::string errors =
      link_errors("gateway a host=x\n route r - to q\ngateway b host=x cookie=pm_a");
  CHECK(errors.find("virtual host x") != std::string::npos);
  CHECK(errors.find("cookie pm_a") != std::string::npos);
  CHECK(errors.find("no gateway q") != std::string::npos);
}

TEST_CASE("There are as many gateways as the limit, and not one more") {
  Diagnostics diagnostics;
  CHECK(RouteTable::link(numbered(limits::kGateways, 0), "", 1, diagnostics) != nullptr);
  CHECK(RouteTable::link(numbered(limits::kGateways + 1, 0), "", 1, diagnostics) == nullptr);
  REQUIRE(diagnostics.items().size() == 1);
  CHECK(diagnostics.items()[0].gateway == "g10000");
}

TEST_CASE("There are as many virtual hosts as the limit, and not one more") {
  Diagnostics diagnostics;
  const std::size_t each = limits::kVirtualHosts / 100;
  CHECK(RouteTable::link(numbered(100, each), "", 1, diagnostics) != nullptr);
  auto gateways = numbered(100, each);
  gateways.push_back(test::compiled("gateway last host=one.more host=two.more").front());
  CHECK(RouteTable::link(gateways, "", 1, diagnostics) == nullptr);
  REQUIRE(diagnostics.items().size() == 1);
  CHECK(diagnostics.items()[0].gateway == "last");
}

TEST_CASE("A table knows its generation, gateways and how many tiers roll") {
  Diagnostics diagnostics;
  const auto table = RouteTable::link(
      test::compiled("gateway a\n route x - if true\n route y -\ngateway b"), "", 42, diagnostics);
  REQUIRE(table != nullptr);
  CHECK(table->generation() == 42);
  CHECK(table->gateways().size() == 2);
  CHECK(table->find_gateway("b")->name == "b");
  CHECK(table->find_gateway("c") == nullptr);
  CHECK(table->tier_count() == 6);  // weights and alternates of two gateways; a strength, twice
}

TEST_CASE("Tags are the documented hashes, and an epoch changes them") {
  CHECK(route_tag("shop", "shop/v1", "0") == 0xF5F17345);
  CHECK(condition_tag("shop", "shop/v2", "0") == 0x728B7D0E);
  CHECK(route_tag("shop", "shop/v1", "1") != route_tag("shop", "shop/v1", "0"));
}

TEST_CASE("Routes are found by name and by tag") {
  const auto gateway = test::compiled("gateway shop\n route a 0%\n route b -").front();
  CHECK(gateway->find_route("b") == &gateway->routes[1]);
  CHECK(gateway->find_route("c") == nullptr);
  CHECK(gateway->find_route_by_tag(route_tag("shop", "b", "0")) == &gateway->routes[1]);
  CHECK(gateway->find_route_by_tag(1) == nullptr);
}
