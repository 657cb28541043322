#include "render/line_owners.h"

#include <catch2/catch.hpp>

#include "routing/raw_acl.h"
#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;

namespace {

SourcePlace place(int line) { return {std::make_shared<const std::string>("shop.yaml"), line, 3}; }

std::shared_ptr<const routing::RouteTable> shop_with_places() {
  auto spec = shop();
  spec.routes[0].place = place(4);
  spec.routes[1].place = place(6);
  spec.routes[1].balance = "leastcon";
  spec.routes[1].balance_place = place(8);
  return table_of({spec});
}

const char* const kText =
    "global\n"                     // 1
    "    log stdout\n"             // 2
    "backend shop__shop-v1\n"      // 3
    "    balance roundrobin\n"     // 4
    "\n"                           // 5
    "# Another\n"                  // 6
    "backend shop__shop-v2 # x\n"  // 7
    "    balance leastcon\n"       // 8
    "    server a 192.0.2.1:80\n"  // 9
    "frontend shop__shop-v2\n"     // 10
    "    bind :80\n"               // 11
    "backend shop__shop-v1\n"      // 12
    "    mode http";               // 13

}  // namespace

TEST_CASE("lines of a route's section belong to the route, or to the key that they come from") {
  const auto table = shop_with_places();
  const render::LineOwners owners(kText, *table);
  const auto owner = [&](int line) {
    const auto found = owners.of_line(line);
    if (!found) return std::string("nobody");
    CHECK(found->gateway == "shop");
    CHECK(*found->place.file == "shop.yaml");
    return found->key + " " + std::to_string(found->place.line);
  };
  CHECK(owner(2) == "nobody");
  CHECK(owner(3) == "routes.shop/v1 4");
  CHECK(owner(4) == "routes.shop/v1.balance 4");  // the default
  CHECK(owner(7) == "routes.shop/v2 6");
  CHECK(owner(8) == "routes.shop/v2.balance 8");
  CHECK(owner(9) == "routes.shop/v2.instances 6");
  CHECK(owner(11) == "nobody");
  CHECK(owner(13) == "routes.shop/v1 4");
  CHECK(owner(14) == "nobody");
}

TEST_CASE("a backend is known by its name, but not one of the user's") {
  auto spec = shop();
  spec.routes[0].instances.clear();
  spec.routes[0].backend = routing::SpecText{"be_legacy", {}};
  const auto table = table_of({spec});
  const render::LineOwners owners("backend be_legacy\n    balance x\n", *table);
  CHECK(owners.of_text("shop__shop-v2")->key == "routes.shop/v2");
  CHECK_FALSE(owners.of_text("be_legacy"));
  CHECK_FALSE(owners.of_line(2));
}

TEST_CASE("a rule that evaluates an ACL belongs to the condition") {
  auto spec = shop();
  spec.routes[0].condition = {"< path_beg /x >", place(5)};
  const auto table = table_of({spec});
  const std::string name = routing::raw_acl_name("path_beg /x");
  const render::LineOwners owners(
      "frontend web\n    http-request set-var(txn.pm_acl_" + name + ") bool(true) if { x }\n" +
          "    http-request set-var(txn.pm_acl_00000000) bool(true) if { x }\n",
      *table);
  REQUIRE(owners.of_line(2));
  CHECK(owners.of_line(2)->key == "routes.shop/v1.condition");
  CHECK(owners.of_line(2)->place.line == 5);
  CHECK_FALSE(owners.of_line(3));
}

TEST_CASE("a frontend's bind belongs to the port of its gateway") {
  auto spec = shop();
  spec.port_place = place(2);
  auto hosts = gateway("hosts", {route("hosts/v1", 100, {"127.0.0.1:9004"})});
  hosts.virtual_hosts = {{"www.example.com", {}}};
  const auto table = table_of({spec, hosts});
  const auto owners_of = [&](const std::string& name) {
    return render::LineOwners(
        "frontend web\n    bind :80\n    mode http\n    http-request "
        "set-var(txn.pm_gateway) str(" +
            name + ")\n",
        *table);
  };
  const auto owner = owners_of("shop").of_line(2);
  REQUIRE(owner);
  CHECK(owner->key == "port");
  CHECK(owner->place.line == 2);
  CHECK_FALSE(owners_of("shop").of_line(3));
  CHECK_FALSE(owners_of("hosts").of_line(2));
  CHECK_FALSE(owners_of("other").of_line(2));
}

TEST_CASE("a line or message belongs to the one gateway whose backends it names") {
  auto spec = shop();
  spec.place = place(1);
  auto other = gateway("other", {route("v1", 100, {"127.0.0.1:9004"})});
  other.port = 8081;
  const auto table = table_of({spec, other});
  const render::LineOwners owners(
      "frontend web\n    use_backend shop__shop-v1 if x\n    use_backend be_own if y\n", *table);
  REQUIRE(owners.of_line(2));
  CHECK(owners.of_line(2)->key == "routes.shop/v1");
  CHECK_FALSE(owners.of_line(3));
  CHECK(owners.of_text("'server shop__shop-v1/a' : weight")->key == "routes.shop/v1");
  CHECK(owners.of_text("no server in shop__shop-v1.")->key == "routes.shop/v1");
  const auto whole = owners.of_text("shop__shop-v1 or shop__shop-v2");
  REQUIRE(whole);
  CHECK(whole->gateway == "shop");
  CHECK(whole->key.empty());
  CHECK(whole->place.line == 1);
  CHECK_FALSE(owners.of_text("shop__shop-v1 or other__v1"));
  CHECK_FALSE(owners.of_text("xshop__shop-v1 and other__v1x"));
}
