#include "render/backends.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ip_address.h"
#include "registry/instance_rules.h"
#include "render/frontends.h"
#include "render/safe_text.h"

namespace pointsman::render {
namespace {

using routing::Gateway;
using routing::RouteSpec;
using routing::StickySpec;

bool is_literal(std::string_view host) { return IpAddress::parse(host).has_value(); }

Result<ServerLine> server_line(const std::string& what, const routing::InstanceSpec& instance) {
  if (auto safe = check_word(instance.address, what); !safe) return safe.error();
  const bool v6 = instance.address.find(':') != std::string::npos;
  ServerLine line;
  line.name = fmt::format("{}:{}", instance.address, instance.port);
  line.address = v6 ? fmt::format("[{}]:{}", instance.address, instance.port) : line.name;
  line.weight = instance.weight;
  line.named = !is_literal(instance.address);
  line.backup = instance.backup;
  return line;
}

// As the agent registers what is discovered; else the service that is named, or named alike.
std::string service_of(const Gateway& gateway, const RouteSpec& route) {
  if (route.discover) return registry::service_name_for(gateway.name, route.name);
  return registry::service_name_for(route.service ? route.service->text : route.name);
}

// Into `backend.check`.
Outcome add_check(const std::string& what, const RouteSpec& route, RouteBackend& backend) {
  backend.check = route.check.value_or(routing::CheckSpec());
  if (backend.check.kind != routing::CheckSpec::Kind::kHttp) return Done{};
  if (auto safe = check_path(backend.check.path, what + ", check.path"); !safe) return safe;
  if (auto safe = check_word(backend.check.method, what + ", check.method"); !safe) return safe;
  if (!backend.check.host.empty()) {
    if (auto safe = check_word(backend.check.host, what + ", check.host"); !safe) return safe;
  }
  return check_arguments(backend.check.status, what + ", check.status");
}

// How a visitor stays with an instance: by a cookie, or by the source where there are none.
Outcome add_stickiness(const std::string& what, const Gateway& gateway, RouteBackend& backend) {
  if (gateway.spec.sticky.by != StickySpec::By::kInstance) return Done{};
  if (backend.tcp) {
    backend.stick_to_source = gateway.spec.sticky.idle;
    return Done{};
  }
  const std::string name = gateway.sticky.cookie + "-instance";
  if (auto safe = check_word(name, what + ", cookie"); !safe) return safe;
  const std::string& same_site = gateway.sticky.same_site;
  if (auto safe = check_word(same_site, what + ", same_site"); !safe) return safe;
  const bool secure = gateway.sticky.secure == StickySpec::Secure::kAlways;
  backend.cookie = InstanceCookie{name, secure, same_site};
  return Done{};
}

Result<RouteBackend> route_backend(const Gateway& gateway, const RouteSpec& route) {
  const std::string what = fmt::format("gateway {}, route {}", gateway.name, route.name);
  RouteBackend backend;
  backend.gateway = gateway.name;
  backend.route = route.name;
  backend.backend = routing::backend_name(gateway.spec, route);
  backend.tcp = gateway.spec.is_tcp();
  backend.balance = route.balance;
  if (route.balance.empty()) backend.balance = backend.tcp ? "leastconn" : "roundrobin";
  if (auto safe = check_arguments(backend.balance, what + ", balance"); !safe) return safe.error();
  backend.slow_start = route.slow_start.value_or(backend.slow_start);
  backend.redispatch = route.redispatch.value_or(true);
  if (auto safe = add_check(what, route, backend); !safe) return safe.error();
  if (auto safe = add_stickiness(what, gateway, backend); !safe) return safe.error();
  std::set<std::string> names;
  for (const auto& instance : route.instances) {
    auto line = server_line(what + ", instance", instance);
    if (!line) return line.error();
    if (!names.insert(line->name).second) {
      return Error{fmt::format("{}: instance {} is listed twice", what, line->name)};
    }
    backend.servers.push_back(*line);
  }
  if (!backend.servers.empty()) return backend;
  backend.service = service_of(gateway, route);
  if (const auto fault = registry::fault_in_service_name(backend.service)) {
    return Error{fmt::format("{}: service '{}': {}", what, backend.service, *fault)};
  }
  return backend;
}

bool needs_backend(const RouteSpec& route) { return !route.backend && !route.gateway; }

}  // namespace

Result<std::vector<RouteBackend>> plan_backends(const routing::RouteTable& table) {
  std::vector<RouteBackend> backends;
  for (const auto& gateway : table.gateways()) {
    if (auto safe = check_word(gateway->name, "gateway name"); !safe) return safe.error();
    for (const RouteSpec& route : gateway->spec.routes) {
      if (!needs_backend(route)) continue;
      // The route's name stands in a comment only, where blanks and brackets do no harm.
      if (auto safe = check_arguments(route.name, "route name"); !safe) return safe.error();
      auto backend = route_backend(*gateway, route);
      if (!backend) return backend.error();
      backends.push_back(std::move(*backend));
    }
  }
  return backends;
}

Result<std::vector<std::string>> plan_whitelist(const routing::RouteTable& table) {
  std::set<std::string> names;
  for (const auto& gateway : table.gateways()) {
    for (const routing::Route& route : gateway->routes) {
      if (route.backend.empty()) continue;
      const std::string what = fmt::format("gateway {}, route {}", gateway->name, route.name);
      if (auto safe = check_word(route.backend, what + ", backend"); !safe) return safe.error();
      if (route.backend == kAgentsBackend || route.backend == kNoGatewayBackend) {
        return Error{fmt::format("{}: backend {} is Pointsman's own", what, route.backend)};
      }
      names.insert(route.backend);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace pointsman::render
