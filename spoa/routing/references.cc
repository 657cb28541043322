#include "routing/references.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "base/limits.h"

namespace pointsman::routing {
namespace {

// What is known of a gateway while the references are walked depth first.
struct Node {
  enum class State : unsigned char { kNew, kOnPath, kDone };
  State state = State::kNew;
  std::size_t longest_path = 0;     // steps to the farthest gateway below
  std::size_t longest_route = 0;    // the route that it starts with
  const Gateway* sticky = nullptr;  // this one, or the nearest below that is sticky
  std::size_t sticky_route = 0;     // the route that leads to it
  const Gateway* above = nullptr;   // on the path that is being walked
  std::size_t next_route = 0;       // to be looked at
};

// Depth first with the path kept in the nodes, not on the call stack: a chain may be as long as
// there are gateways. Each gateway and each route is looked at once.
class ReferenceWalk {
 public:
  ReferenceWalk(const NameMap<const Gateway*>& by_name, Diagnostics& diagnostics)
      : by_name_(by_name), diagnostics_(diagnostics) {}

  void walk_from(const Gateway& start) {
    if (nodes_[&start].state != Node::State::kNew) return;
    nodes_[&start].state = Node::State::kOnPath;
    for (const Gateway* gateway = &start; gateway != nullptr;) {
      Node& node = nodes_[gateway];
      if (node.next_route < gateway->routes.size()) {
        gateway = look_at_route(*gateway, node.next_route++);
        continue;
      }
      finish(*gateway, node);
      const Gateway* above = node.above;
      if (above != nullptr) take_over(*above, *gateway);
      gateway = above;
    }
  }

 private:
  // The gateway to go on with: the one that the route refers to, where it is new, or the same.
  const Gateway* look_at_route(const Gateway& gateway, std::size_t index) {
    const Route& route = gateway.routes[index];
    if (route.next_gateway.empty()) return &gateway;
    const auto found = by_name_.find(route.next_gateway);
    if (found == by_name_.end()) {
      error(gateway, index, "there is no gateway " + route.next_gateway);
      return &gateway;
    }
    const Gateway& next = *found->second;
    if (next.spec.is_tcp() != gateway.spec.is_tcp()) {
      error(gateway, index, "one of the two gateways is for tcp, the other for http");
      return &gateway;
    }
    Node& node = nodes_[&next];
    if (node.state == Node::State::kOnPath) {
      error(gateway, index, "the references go in a circle: " + circle(gateway, next));
    } else if (node.state == Node::State::kDone) {
      merge(gateway, index, node);
    } else {
      node.state = Node::State::kOnPath;
      node.above = &gateway;
      return &next;
    }
    return &gateway;
  }

  void take_over(const Gateway& above, const Gateway& below) {
    merge(above, nodes_[&above].next_route - 1, nodes_[&below]);
  }

  void merge(const Gateway& gateway, std::size_t index, const Node& below) {
    Node& node = nodes_[&gateway];
    if (below.longest_path + 1 > node.longest_path) {
      node.longest_path = below.longest_path + 1;
      node.longest_route = index;
    }
    if (below.sticky != nullptr && node.sticky == nullptr) {
      node.sticky = below.sticky;
      node.sticky_route = index;
    }
  }

  void finish(const Gateway& gateway, Node& node) {
    node.state = Node::State::kDone;
    if (node.longest_path > limits::kReferenceSteps) {
      error(gateway, node.longest_route,
            "a decision would follow " + std::to_string(node.longest_path) +
                " references from here, at most " + std::to_string(limits::kReferenceSteps) +
                " are allowed");
    }
    if (!gateway.is_sticky()) return;
    if (node.sticky != nullptr) {
      error(gateway, node.sticky_route,
            "leads to gateway " + node.sticky->name +
                ", and both are sticky; at most one gateway on a path of references may be");
    }
    node.sticky = &gateway;
  }

  std::string circle(const Gateway& last, const Gateway& first) {
    std::vector<const Gateway*> path;
    for (const Gateway* gateway = &last; gateway != &first; gateway = nodes_[gateway].above) {
      path.push_back(gateway);
    }
    std::string text = first.name;
    for (auto gateway = path.rbegin(); gateway != path.rend(); ++gateway) {
      text += " -> " + (*gateway)->name;
    }
    return text + " -> " + first.name;
  }

  void error(const Gateway& gateway, std::size_t index, std::string message) {
    const RouteSpec& route = gateway.spec.routes[index];
    diagnostics_.error(route.gateway ? route.gateway->place : route.place, gateway.name,
                       "routes." + route.name + ".gateway", std::move(message));
  }

  const NameMap<const Gateway*>& by_name_;
  Diagnostics& diagnostics_;
  std::unordered_map<const Gateway*, Node> nodes_;  // references to values stay valid
};

}  // namespace

void check_references(std::span<const std::shared_ptr<const Gateway>> gateways,
                      const NameMap<const Gateway*>& by_name, Diagnostics& diagnostics) {
  ReferenceWalk walk(by_name, diagnostics);
  for (const auto& gateway : gateways) walk.walk_from(*gateway);
}

}  // namespace pointsman::routing
