#include "render/gateway_data.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Json = nlohmann::ordered_json;

namespace {

Json data_of(const routing::GatewaySpec& spec, const std::string& domain = "") {
  const auto table = table_of({spec}, domain);
  return render::gateway_data(*table->gateways()[0], *table);
}

}  // namespace

TEST_CASE("a template sees every field of a gateway") {
  auto spec = shop();
  spec.place = {std::make_shared<const std::string>("shop.yaml"), 1, 7};
  spec.virtual_hosts = {{"WWW.example.com", {}}};
  spec.sticky.by = routing::StickySpec::By::kRoute;
  spec.split_by = {routing::SplitBySpec::Kind::kHeader, "X-User", {}};
  spec.strict_on_unhealthy = true;
  spec.allow_forced = true;
  spec.evict_at_zero = true;
  spec.metadata_json = R"({"team":"web","pager":[1,true]})";
  spec.routes[1].condition = routing::SpecText{"has cookie beta", {}};
  spec.routes[1].strength = {{1250, {}}};
  spec.routes[1].rewrites = {{"/v2%[path]", {}}};
  spec.routes[1].epoch = "3";
  spec.routes[1].metadata_json = "\"x\"";
  const Json data = data_of(spec, "example.internal");
  CHECK(data["name"] == "shop");
  CHECK(data["place"] == Json{{"file", "shop.yaml"}, {"line", 1}});
  CHECK(data["port"] == 8080);
  CHECK(data["tcp"] == false);
  CHECK(data["virtual_hosts"] == Json{"www.example.com", "shop.example.internal"});
  CHECK(data["sticky"]["cookie"] == "pm_shop");
  CHECK(data["sticky"]["ttl"] == 30 * 24 * 3600);
  CHECK(data["split_by"] == Json{{"kind", "header"}, {"key", "X-User"}});
  CHECK(data["on_unhealthy"] == "strict");
  CHECK(data["allow_forced"] == true);
  CHECK(data["evict_at_zero"] == true);
  CHECK(data["metadata"]["pager"] == Json{1, true});
  const Json& route = data["routes"][1];
  CHECK(route["weight"] == "20%");
  CHECK(route["share"] == "20%");
  CHECK(route["condition"] == "has cookie beta");
  CHECK(route["condition_strength"] == "12.5%");
  CHECK(route["backend"] == "shop__shop-v2");
  CHECK(route["own_backend"] == nullptr);
  CHECK(route["instances"][1]["address"] == "backup.internal");
  CHECK(route["check"]["http"] == false);
  CHECK(route["rewrites"] == Json{"/v2%[path]"});
  CHECK(route["epoch"] == "3");
  CHECK(route["metadata"] == "x");
}

TEST_CASE("what a gateway does not say is null or empty") {
  auto spec = gateway("a", {route("v1", 100, {"127.0.0.1:1"})});
  const Json data = data_of(spec);
  for (const char* name : {"place", "port", "sticky", "split_by", "metadata"}) {
    INFO(name);
    CHECK(data[name] == nullptr);
  }
  CHECK(data["virtual_hosts"].empty());
  CHECK(data["routes"][0]["condition"] == nullptr);
}

TEST_CASE("relative weights stand as they were written, with the shares that they come to") {
  auto spec = shop();
  for (auto& route : spec.routes) route.weight.form = routing::WeightSpec::Form::kRelative;
  spec.routes[0].weight.relative = 9;
  spec.routes[1].weight.relative = 0.5;
  const Json routes = data_of(spec)["routes"];
  CHECK(routes[0]["weight"] == "9");
  CHECK(routes[1]["weight"] == "0.5");
  CHECK(routes[1]["share"] == "5.26%");
}
