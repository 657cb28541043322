#include "routing/unsent_headers.h"

#include <algorithm>
#include <set>
#include <utility>

namespace pointsman::routing {
namespace {

constexpr std::string_view kCookieHeader = "cookie";
constexpr std::string_view kForceHeader = "x-pointsman-force";

// The header that a test looks at, in lower case; empty: none.
std::string header_of(const Test& test) {
  switch (test.field) {
    case Field::kHeader:
      return to_lower(test.name);
    case Field::kCookie:
      return std::string(kCookieHeader);
    case Field::kUserAgent:
      return "user-agent";
    default:
      return "";
  }
}

class UnsentHeaders {
 public:
  UnsentHeaders(const Gateway& gateway, std::span<const std::string> sent, Diagnostics& diagnostics)
      : gateway_(gateway), sent_(sent), diagnostics_(diagnostics) {}

  void warn() {
    const GatewaySpec& spec = gateway_.spec;
    if (gateway_.is_sticky()) need(kCookieHeader, spec.sticky.place, "sticky");
    if (gateway_.allow_forced) need(kForceHeader, spec.place, "allow_forced");
    const SplitBySpec& split = gateway_.split_by;
    if (split.kind == SplitBySpec::Kind::kHeader)
      need(to_lower(split.name), split.place, "split_by");
    if (split.kind == SplitBySpec::Kind::kCookie) need(kCookieHeader, split.place, "split_by");
    for (std::size_t i = 0; i < gateway_.routes.size(); ++i) {
      of_route(gateway_.routes[i], spec.routes[i]);
    }
  }

 private:
  void of_route(const Route& route, const RouteSpec& spec) {
    const std::string key = "routes." + spec.name;
    if (route.condition) of_condition(*route.condition, spec.condition->place, key + ".condition");
    for (std::size_t i = 0; i < route.rewrites.size(); ++i) {
      const auto& condition = route.rewrites[i].condition();
      if (condition) of_condition(*condition, spec.rewrites[i].place, key + ".rewrites");
    }
  }

  void of_condition(const Condition& condition, const SourcePlace& place, const std::string& key) {
    std::set<std::string> headers;
    collect(condition.root(), headers);
    for (const std::string& header : headers) need(header, place, key);
  }

  // The tree is no deeper than limits::kConditionDepth.
  static void collect(const ConditionNode& node, std::set<std::string>& headers) {
    if (node.kind == ConditionNode::Kind::kTest) {
      std::string header = header_of(node.test);
      if (!header.empty()) headers.insert(std::move(header));
    }
    for (const ConditionNode& child : node.children) collect(child, headers);
  }

  void need(std::string_view header, const SourcePlace& place, std::string key) {
    if (std::find(sent_.begin(), sent_.end(), header) != sent_.end()) return;
    diagnostics_.warning(place, gateway_.name, std::move(key),
                         "needs the header '" + std::string(header) +
                             "', which spoe.headers does not list: it counts as absent");
  }

  const Gateway& gateway_;
  const std::span<const std::string> sent_;
  Diagnostics& diagnostics_;
};

}  // namespace

void warn_of_unsent_headers(const Gateway& gateway, std::span<const std::string> sent,
                            Diagnostics& diagnostics) {
  UnsentHeaders(gateway, sent, diagnostics).warn();
}

}  // namespace pointsman::routing
