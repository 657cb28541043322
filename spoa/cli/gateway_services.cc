#include "cli/gateway_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/near_match.h"
#include "registry/instance_rules.h"

namespace pointsman::cli {
namespace {

registry::Service to_service(const std::vector<routing::InstanceSpec>& specs) {
  registry::Service service;
  std::set<std::string> ids;
  for (const routing::InstanceSpec& spec : specs) {
    const auto address = IpAddress::parse(spec.address);
    if (!address) continue;
    const std::string id = registry::default_instance_id(*address, spec.port);
    if (!ids.insert(id).second) continue;
    service.instances.push_back({id, *address, spec.port, spec.weight, {}});
  }
  std::sort(service.instances.begin(), service.instances.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return service;
}

bool has_own_service(const routing::RouteSpec& route) {
  return !route.name.starts_with('[') && (!route.instances.empty() || route.discover);
}

}  // namespace

GatewayServices services_of(const routing::RouteTable& table, Diagnostics& diagnostics) {
  GatewayServices found;
  for (const auto& gateway : table.gateways()) {
    for (const routing::RouteSpec& route : gateway->spec.routes) {
      if (!has_own_service(route)) continue;
      const std::string name = registry::service_name_for(gateway->name, route.name);
      const auto warn = [&](const std::string& message) {
        diagnostics.warning(route.place, gateway->name, "routes." + route.name, message);
      };
      if (const auto fault = registry::fault_in_service_name(name)) {
        warn("its instances are no service of the registry: " + *fault);
        continue;
      }
      if (!found.services.try_emplace(name, to_service(route.instances)).second) {
        warn("its instances are no service of the registry: another route is the service " + name);
        continue;
      }
      if (!route.discover) continue;
      const bool lacks_port = route.discover->port == 0 && !route.discover->dns.starts_with('_');
      if (lacks_port) {
        warn("nothing is found by 'discover' without a port");
        continue;
      }
      found.targets.push_back(
          {name, route.discover->dns, route.discover->port, route.discover->every});
    }
  }
  return found;
}

void tell_unknown_services(const routing::RouteTable& table, const std::vector<std::string>& known,
                           Diagnostics& diagnostics) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::set<std::string> told;
  for (const auto& gateway : table.gateways()) {
    for (const routing::RouteSpec& route : gateway->spec.routes) {
      const std::string* const wanted = routing::service_of(route);
      if (wanted == nullptr) continue;
      const std::string service = registry::service_name_for(*wanted);
      const bool is_known = std::find(names.begin(), names.end(), service) != names.end();
      if (is_known || !told.insert(service).second) continue;
      const auto near = near_match(service, names);
      const std::string message = fmt::format(
          "no file has the service '{}': until somebody registers it, the route has "
          "no server{}",
          service, near ? fmt::format("; did you mean '{}'?", *near) : "");
      diagnostics.note(route.service ? route.service->place : route.place, gateway->name,
                       "routes." + route.name, message);
    }
  }
}

}  // namespace pointsman::cli
