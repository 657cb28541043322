#include "render/gateway_data.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

namespace pointsman::render {
namespace {

using Json = nlohmann::ordered_json;
using routing::Gateway;
using routing::GatewaySpec;
using routing::Route;
using routing::RouteSpec;
using routing::SpecText;
using routing::SplitBySpec;
using routing::StickySpec;
using routing::WeightSpec;

Json text_or_null(const std::optional<SpecText>& text) {
  return text ? Json(text->text) : Json(nullptr);
}

// It comes from config/metadata_json, so it is JSON.
Json metadata(const std::string& json) { return json.empty() ? Json(nullptr) : Json::parse(json); }

std::string percentage(std::uint32_t share) { return fmt::format("{}%", share / 100.0); }

Json weight_text(const WeightSpec& weight) {
  switch (weight.form) {
    case WeightSpec::Form::kMissing:
      return nullptr;
    case WeightSpec::Form::kPercent:
      return percentage(weight.share);
    case WeightSpec::Form::kRelative:
      return fmt::format("{}", weight.relative);
  }
  return nullptr;
}

Json sticky_data(const StickySpec& sticky) {
  if (sticky.by == StickySpec::By::kNone) return nullptr;
  constexpr std::string_view kSecure[] = {"auto", "always", "never"};
  const bool instance = sticky.by == StickySpec::By::kInstance;
  return {{"by", instance ? "instance" : "route"},
          {"instance", instance},
          {"cookie", sticky.cookie},
          {"ttl", sticky.ttl.count()},
          {"idle", sticky.idle.count()},
          {"path", sticky.path},
          {"same_site", sticky.same_site},
          {"secure", kSecure[static_cast<std::size_t>(sticky.secure)]},
          {"domain", sticky.domain}};
}

Json split_data(const SplitBySpec& split) {
  if (split.kind == SplitBySpec::Kind::kNone) return nullptr;
  constexpr std::string_view kKinds[] = {"none", "header", "cookie", "query", "src"};
  return {{"kind", kKinds[static_cast<std::size_t>(split.kind)]}, {"key", split.name}};
}

Json instance_list(const RouteSpec& route) {
  Json list = Json::array();
  for (const routing::InstanceSpec& instance : route.instances) {
    list.push_back({{"address", instance.address},
                    {"port", instance.port},
                    {"weight", instance.weight},
                    {"backup", instance.backup}});
  }
  return list;
}

Json rewrite_list(const RouteSpec& route) {
  Json list = Json::array();
  for (const SpecText& rewrite : route.rewrites) list.push_back(rewrite.text);
  return list;
}

Json discover_data(const RouteSpec& route) {
  if (!route.discover) return nullptr;
  return {{"dns", route.discover->dns},
          {"port", route.discover->port == 0 ? Json(nullptr) : Json(route.discover->port)},
          {"every", route.discover->every.count()}};
}

Json route_data(const Route& route, const RouteSpec& spec) {
  return {{"name", spec.name},
          {"weight", weight_text(spec.weight)},
          {"share", percentage(route.share)},
          {"condition", text_or_null(spec.condition)},
          {"condition_strength", spec.condition ? Json(percentage(route.strength)) : Json(nullptr)},
          {"backend", route.backend},
          {"own_backend", text_or_null(spec.backend)},
          {"gateway", text_or_null(spec.gateway)},
          {"service", text_or_null(spec.service)},
          {"discover", discover_data(spec)},
          {"instances", instance_list(spec)},
          {"balance", spec.balance},
          {"check", check_data(spec.check.value_or(routing::CheckSpec()))},
          {"slow_start", spec.slow_start ? Json(spec.slow_start->count()) : Json(nullptr)},
          {"redispatch", spec.redispatch.value_or(true)},
          {"rewrites", rewrite_list(spec)},
          {"epoch", spec.epoch},
          {"metadata", metadata(spec.metadata_json)}};
}

Json place_data(const SourcePlace& place) {
  if (!place.file) return nullptr;
  return {{"file", *place.file}, {"line", place.line}};
}

}  // namespace

Json check_data(const routing::CheckSpec& check) {
  if (check.kind == routing::CheckSpec::Kind::kNone) return nullptr;
  const bool http = check.kind == routing::CheckSpec::Kind::kHttp;
  return {{"http", http},
          {"path", check.path},
          {"method", check.method},
          {"host", check.host},
          {"status", check.status},
          {"port", check.port == 0 ? Json(nullptr) : Json(check.port)},
          {"every", check.every.count()},
          {"timeout", check.timeout.count() == 0 ? Json(nullptr) : Json(check.timeout.count())},
          {"fall", check.fall},
          {"rise", check.rise}};
}

Json gateway_data(const Gateway& gateway, const routing::RouteTable& table) {
  const GatewaySpec& spec = gateway.spec;
  const bool tcp = spec.protocol == GatewaySpec::Protocol::kTcp;
  Json routes = Json::array();
  for (std::size_t i = 0; i < gateway.routes.size(); ++i) {
    routes.push_back(route_data(gateway.routes[i], spec.routes[i]));
  }
  return {{"name", spec.name},
          {"place", place_data(spec.place)},
          {"port", spec.port ? Json(*spec.port) : Json(nullptr)},
          {"tcp", tcp},
          {"virtual_hosts", table.virtual_hosts_of(gateway)},
          {"sticky", sticky_data(spec.is_tcp() ? spec.sticky : gateway.sticky)},
          {"split_by", split_data(spec.split_by)},
          {"evict_at_zero", spec.evict_at_zero},
          {"on_unhealthy", spec.strict_on_unhealthy ? "strict" : "alternate"},
          {"allow_forced", spec.allow_forced},
          {"metadata", metadata(spec.metadata_json)},
          {"routes", routes}};
}

}  // namespace pointsman::render
