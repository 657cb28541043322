#include "routing/clashes.h"

#include "base/limits.h"
#include "routing/raw_acl.h"

namespace pointsman::routing {
void Clashes::check_cookie(const Gateway& gateway) {
  const auto [entry, is_new] = cookies_.try_emplace(gateway.sticky.cookie, &gateway);
  if (is_new) return;
  const Gateway& other = *entry->second;
  const StickySpec& sticky = gateway.spec.sticky;
  diagnostics_.error(sticky.cookie.empty() ? gateway.spec.place : sticky.place, gateway.name,
                     "sticky.cookie",
                     "the cookie " + gateway.sticky.cookie + " belongs to gateway " + other.name +
                         named_place(other.spec.place) + "; give one of the two another name");
}

void Clashes::check_backends(const Gateway& gateway) {
  for (const RouteSpec& route : gateway.spec.routes) {
    if (route.gateway) continue;
    const Owner owner{&gateway, &route};
    const auto [entry, is_new] = backends_.try_emplace(backend_name(gateway.spec, route), owner);
    if (is_new) continue;
    const Owner& other = entry->second;
    if (route.backend && other.route->backend) continue;
    diagnostics_.error(route.place, gateway.name, "routes." + route.name,
                       "its backend " + entry->first + " is that of route " + other.route->name +
                           " of gateway " + other.gateway->name + named_place(other.route->place) +
                           " too; rename one of the two");
  }
}

void Clashes::check_port(const Gateway& gateway, bool has_virtual_hosts) {
  if (!gateway.spec.port) return;
  Port& port = ports_[*gateway.spec.port];
  const std::string what = "the port " + std::to_string(*gateway.spec.port) + " ";
  const auto error = [&](const std::string& message, const Gateway& other) {
    diagnostics_.error(gateway.spec.port_place, gateway.name, "port",
                       what + message + " gateway " + other.name + named_place(other.spec.place));
  };
  if (port.first == nullptr) {
    port.first = &gateway;
  } else if (gateway.spec.is_tcp() || port.first->spec.is_tcp()) {
    error("of tcp can't be shared; it belongs to", *port.first);
    return;
  }
  if (has_virtual_hosts) return;
  if (port.without_hosts == nullptr) {
    port.without_hosts = &gateway;
  } else {
    error("needs virtual_hosts here or there, to be shared with", *port.without_hosts);
  }
}

void Clashes::check_raw_acls(const Gateway& gateway) {
  for (const RawAcl& acl : raw_acls_of(gateway)) {
    const auto [entry, is_new] = raw_acls_.try_emplace(acl.name, acl.text);
    if (!is_new && entry->second != acl.text) {
      diagnostics_.error(acl.place, gateway.name, acl.key,
                         "<" + acl.text + "> and <" + entry->second +
                             "> would be one argument acl_" + acl.name +
                             ": write one of the two in another way");
    }
    if (is_new && raw_acls_.size() > limits::kRawAcls) {
      raw_acls_.erase(entry);
      diagnostics_.error(acl.place, gateway.name, acl.key,
                         "<" + acl.text + "> is one too many: HAProxy hands over at most " +
                             std::to_string(limits::kRawAcls) +
                             " different ACLs of all gateways together");
    }
  }
}

std::string named_place(const SourcePlace& place) {
  if (!place.file) return "";
  return " (" + *place.file + ":" + std::to_string(place.line) + ")";
}

}  // namespace pointsman::routing
