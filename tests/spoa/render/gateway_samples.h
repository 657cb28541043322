// Gateways for the render tests, compiled as the agent compiles them.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "routing/compile.h"

namespace pointsman::test {

inline routing::RouteSpec route(const std::string& name, std::uint32_t percent,
                                const std::vector<std::string>& instances) {
  routing::RouteSpec spec;
  spec.name = name;
  spec.weight.form = routing::WeightSpec::Form::kPercent;
  spec.weight.share = percent * 100;
  for (const std::string& instance : instances) {
    const auto colon = instance.rfind(':');
    routing::InstanceSpec parsed;
    parsed.address = instance.substr(0, colon);
    parsed.port = static_cast<std::uint16_t>(std::stoi(instance.substr(colon + 1)));
    spec.instances.push_back(parsed);
  }
  return spec;
}

inline routing::GatewaySpec gateway(const std::string& name,
                                    std::vector<routing::RouteSpec> routes) {
  routing::GatewaySpec spec;
  spec.name = name;
  spec.routes = std::move(routes);
  return spec;
}

// shop: two routes on port 8080, the second with two instances.
inline routing::GatewaySpec shop() {
  auto spec = gateway("shop", {route("shop/v1", 80, {"127.0.0.1:9001"}),
                               route("shop/v2", 20, {"127.0.0.1:9002", "backup.internal:9003"})});
  spec.port = 8080;
  return spec;
}

inline std::shared_ptr<const routing::RouteTable> table_of(
    const std::vector<routing::GatewaySpec>& specs, const std::string& domain = "") {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const routing::Gateway>> gateways;
  for (const auto& spec : specs) gateways.push_back(routing::compile(spec, diagnostics));
  std::string faults;
  for (const auto& item : diagnostics.items()) {
    if (item.severity == Severity::kError) faults += to_text(item) + "\n";
  }
  INFO(faults);
  REQUIRE_FALSE(diagnostics.has_errors());
  auto table = routing::RouteTable::link(std::move(gateways), domain, 1, diagnostics);
  REQUIRE(table);
  return table;
}

}  // namespace pointsman::test
