#include "routing/unbuilt_features.h"

#include <string>

namespace pointsman::routing {
namespace {

class Warnings {
 public:
  Warnings(const Gateway& gateway, Diagnostics& diagnostics)
      : gateway_(gateway), diagnostics_(diagnostics) {}

  void of_gateway() {
    const GatewaySpec& spec = gateway_.spec;
    for (std::size_t i = 0; i < gateway_.routes.size(); ++i) {
      of_conditions(gateway_.routes[i], spec.routes[i]);
    }
  }

 private:
  void of_conditions(const Route& route, const RouteSpec& spec) {
    const std::string key = "routes." + spec.name;
    if (route.condition)
      of_node(route.condition->root(), spec.condition->place, key + ".condition");
    for (std::size_t i = 0; i < route.rewrites.size(); ++i) {
      const auto& condition = route.rewrites[i].condition();
      if (condition) of_node(condition->root(), spec.rewrites[i].place, key + ".rewrites");
    }
  }

  // The tree is no deeper than limits::kConditionDepth.
  void of_node(const ConditionNode& node, const SourcePlace& place, const std::string& key) {
    if (node.kind == ConditionNode::Kind::kScript) {
      add(place, key, "scripts are not run yet: script(" + node.text + ") is always false");
    }
    for (const ConditionNode& child : node.children) of_node(child, place, key);
  }

  void add(const SourcePlace& place, std::string key, std::string message) {
    diagnostics_.warning(place, gateway_.name, std::move(key), std::move(message));
  }

  const Gateway& gateway_;
  Diagnostics& diagnostics_;
};

}  // namespace

void warn_of_unbuilt_features(const Gateway& gateway, Diagnostics& diagnostics) {
  Warnings(gateway, diagnostics).of_gateway();
}

}  // namespace pointsman::routing
