#include "routing/tcp_rules.h"

#include <algorithm>
#include <string>

namespace pointsman::routing {
namespace {

bool is_known_of_tcp(Field field) {
  return field == Field::kSrc || field == Field::kSni || field == Field::kPort;
}

// The tree is no deeper than limits::kConditionDepth.
bool needs_http(const ConditionNode& node) {
  if (node.kind == ConditionNode::Kind::kTest && !is_known_of_tcp(node.test.field)) return true;
  if (node.kind == ConditionNode::Kind::kScript || node.kind == ConditionNode::Kind::kRawAcl) {
    return true;
  }
  return std::any_of(node.children.begin(), node.children.end(), needs_http);
}

bool has_sni(const ConditionNode& node) {
  if (node.kind == ConditionNode::Kind::kTest && node.test.field == Field::kSni) return true;
  return std::any_of(node.children.begin(), node.children.end(), has_sni);
}

class TcpRules {
 public:
  TcpRules(const GatewaySpec& spec, Diagnostics& diagnostics)
      : spec_(spec), diagnostics_(diagnostics) {}

  void check_gateway() {
    using Kind = SplitBySpec::Kind;
    if (!spec_.virtual_hosts.empty()) {
      error(spec_.virtual_hosts.front().place, "virtual_hosts",
            "tcp has no Host: wanted conditions on sni, or an http gateway");
    }
    if (spec_.split_by.kind != Kind::kNone && spec_.split_by.kind != Kind::kSource) {
      error(spec_.split_by.place, "split_by", "a tcp gateway is split by src only");
    }
    if (spec_.sticky.by == StickySpec::By::kRoute && spec_.split_by.kind != Kind::kSource) {
      error(spec_.sticky.place, "sticky.by",
            "tcp has no cookies: a tcp gateway with 'sticky: route' needs 'split_by: src'");
    }
    if (spec_.allow_forced) {
      error(spec_.place, "allow_forced", "tcp has no header and no parameter for an override");
    }
  }

  void check_route(const RouteSpec& route, const std::optional<Condition>& condition) {
    const std::string key = "routes." + route.name;
    if (condition && needs_http(condition->root())) {
      error(route.condition->place, key + ".condition",
            "of a tcp connection only src, sni and port are known");
    }
    if (!route.rewrites.empty()) {
      error(route.rewrites.front().place, key + ".rewrites", "tcp has no path to rewrite");
    }
  }

  bool good() const { return good_; }

 private:
  void error(const SourcePlace& place, std::string key, std::string message) {
    good_ = false;
    diagnostics_.error(place, spec_.name, std::move(key), std::move(message));
  }

  const GatewaySpec& spec_;
  Diagnostics& diagnostics_;
  bool good_ = true;
};

}  // namespace

bool check_tcp_rules(const GatewaySpec& spec, const std::vector<Route>& routes,
                     Diagnostics& diagnostics) {
  TcpRules rules(spec, diagnostics);
  rules.check_gateway();
  for (std::size_t i = 0; i < routes.size(); ++i) {
    rules.check_route(spec.routes[i], routes[i].condition);
  }
  return rules.good();
}

bool asks_for_sni(const Gateway& gateway) {
  return std::any_of(gateway.routes.begin(), gateway.routes.end(), [](const Route& route) {
    return route.condition && has_sni(route.condition->root());
  });
}

}  // namespace pointsman::routing
