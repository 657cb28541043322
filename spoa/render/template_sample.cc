// The names that templates can use, found out by making data of a gateway that has everything.
#include <cassert>
#include <memory>
#include <nlohmann/json.hpp>

#include "render/template_data.h"
#include "routing/compile.h"

namespace pointsman::render {
namespace {

using routing::GatewaySpec;
using routing::RouteSpec;
using routing::SpecText;

RouteSpec sample_route() {
  RouteSpec route;
  route.name = "route";
  route.condition = SpecText{"<ssl_fc>", {}};
  route.instances.push_back({"192.0.2.1", 80, 100, false, {}});
  route.discover = routing::DiscoverSpec{"web.internal", 80};
  route.rewrites.push_back({"/new", {}});
  return route;
}

GatewaySpec sample_gateway() {
  GatewaySpec gateway;
  gateway.name = "sample";
  gateway.place.file = std::make_shared<const std::string>("sample.yaml");
  gateway.virtual_hosts.push_back({"www.example.com", {}});
  gateway.sticky.by = routing::StickySpec::By::kInstance;
  gateway.split_by = {routing::SplitBySpec::Kind::kHeader, "x", {}};
  gateway.routes.push_back(sample_route());
  return gateway;
}

GatewaySpec sample_tcp_gateway() {
  GatewaySpec gateway;
  gateway.name = "sample-tcp";
  gateway.port = 1;
  gateway.protocol = GatewaySpec::Protocol::kTcp;
  gateway.routes.push_back(sample_route());
  gateway.routes.front().condition->text = "sni == www.example.com";
  gateway.routes.front().rewrites.clear();
  gateway.sticky.by = routing::StickySpec::By::kInstance;
  return gateway;
}

}  // namespace

nlohmann::ordered_json sample_data() {
  Diagnostics ignored;
  const auto table = routing::RouteTable::link({routing::compile(sample_gateway(), ignored),
                                                routing::compile(sample_tcp_gateway(), ignored)},
                                               "", 1, ignored);
  Options options;
  options.instance_cookie_key = "key";
  options.headers = {"cookie"};
  options.agent_ca = "ca.pem";
  options.table_agents.push_back("tls:agent.internal:9013");
  assert(table);
  auto data = template_data(*table, options, {.frontends = true, .gateways = true});
  assert(data);
  return std::move(*data);
}

}  // namespace pointsman::render
