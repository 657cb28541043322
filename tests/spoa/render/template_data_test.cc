#include "render/template_data.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;
using Json = nlohmann::ordered_json;

namespace {

Json data_of(const routing::GatewaySpec& spec, const render::Options& options = {}) {
  const auto data =
      render::template_data(*table_of({spec}), options, {.frontends = true, .gateways = true});
  REQUIRE(data);
  return *data;
}

}  // namespace

TEST_CASE("users and groups are told by name or by number") {
  render::Options options;
  options.user = "haproxy";
  options.group = "106";
  const Json data = data_of(shop(), options);
  CHECK(data["user"] == Json{{"keyword", "user"}, {"name", "haproxy"}});
  CHECK(data["group"] == Json{{"keyword", "gid"}, {"name", "106"}});
}

TEST_CASE("a backend has its servers, or the service that they come from") {
  auto spec = shop();
  spec.routes[1].instances.clear();
  const Json data = data_of(spec);
  CHECK(data["backends"][0]["servers"][0]["address"] == "127.0.0.1:9001");
  CHECK(data["backends"][0]["service"] == nullptr);
  CHECK(data["backends"][1]["servers"].empty());
  CHECK(data["backends"][1]["service"] == "shop-v2");
  CHECK(data["has_services"] == true);
}

TEST_CASE("decisions are logged where somebody says where to") {
  render::Options options;
  const auto logs = [&](bool own_global) {
    return (*render::template_data(*table_of({shop()}), options, {.own_global = own_global}))
        .at("log_decisions")
        .get<bool>();
  };
  CHECK_FALSE(logs(true));
  CHECK(logs(false));
  options.log_target = "stdout format raw local0";
  CHECK(logs(true));
}

TEST_CASE("frontends and gateways are there where they are wanted") {
  const auto data = render::template_data(*table_of({shop()}), {}, {});
  REQUIRE(data);
  CHECK(data->at("frontends").empty());
  CHECK(data->at("gateways").empty());
  CHECK(data_of(shop())["frontends"].size() == 1);
  CHECK(data_of(shop())["gateways"].size() == 1);
}
