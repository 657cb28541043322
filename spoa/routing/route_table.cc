#include "routing/route_table.h"

#include <xxhash.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "routing/clashes.h"
#include "routing/names.h"
#include "routing/references.h"

namespace pointsman::routing {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::uint32_t tag_of(std::string_view gateway, std::string_view route, std::string_view epoch,
                     std::string_view kind) {
  std::string text;
  text.append(gateway).append(1, '\0').append(route).append(1, '\0').append(epoch).append(kind);
  return static_cast<std::uint32_t>(XXH64(text.data(), text.size(), 0));
}

// The name's segments in reverse before the domain: shop/web → web.shop.<domain>, normalised. Null
// without a domain, and where it is too long to be a host name or otherwise none: nobody could ask
// for it.
std::optional<std::string> default_virtual_host(std::string_view gateway, std::string_view domain) {
  if (domain.empty()) return std::nullopt;
  std::string host;
  while (!gateway.empty()) {
    const std::size_t slash = gateway.rfind('/');
    const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
    for (const char c : gateway.substr(start)) host += is_letter_or_digit(c) ? c : '-';
    host += '.';
    gateway = gateway.substr(0, start == 0 ? 0 : slash);
  }
  std::string normalized;
  if (fault_in_virtual_host(host.append(domain), normalized)) return std::nullopt;
  return normalized;
}

std::size_t tiers_of(const Gateway& gateway) {
  const auto conditions =
      std::count_if(gateway.routes.begin(), gateway.routes.end(),
                    [](const Route& route) { return route.condition.has_value(); });
  return 2 + 2 * static_cast<std::size_t>(conditions);  // each once more for alternates
}

}  // namespace

const Route* Gateway::find_route(std::string_view route_name) const {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const Route& route) { return route.name == route_name; });
  return found == routes.end() ? nullptr : &*found;
}

const Route* Gateway::find_route_by_tag(std::uint32_t tag) const {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const Route& route) { return route.route_tag == tag; });
  return found == routes.end() ? nullptr : &*found;
}

std::shared_ptr<const RouteTable> RouteTable::link(
    std::vector<std::shared_ptr<const Gateway>> gateways, std::string_view virtual_host_domain,
    std::uint64_t generation, Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.count(Severity::kError);
  if (gateways.size() > limits::kGateways) {
    const Gateway& first_above = *gateways[limits::kGateways];
    diagnostics.error(first_above.spec.place, first_above.name, "",
                      "there are " + std::to_string(gateways.size()) + " gateways, at most " +
                          std::to_string(limits::kGateways) + " are allowed");
    return nullptr;
  }
  auto table = std::make_shared<RouteTable>();
  table->generation_ = generation;
  table->virtual_host_domain_ = virtual_host_domain;
  table->gateways_ = std::move(gateways);
  Clashes clashes(diagnostics);
  for (const auto& gateway : table->gateways_) {
    if (!table->add_name(*gateway, diagnostics)) continue;
    table->add_hosts(*gateway, diagnostics);
    clashes.check_cookie(*gateway);
    clashes.check_backends(*gateway);
    clashes.check_raw_acls(*gateway);
    clashes.check_port(*gateway, !table->virtual_hosts_of(*gateway).empty());
    table->tier_count_ += tiers_of(*gateway);
  }
  check_references(table->gateways_, table->by_name_, diagnostics);
  if (diagnostics.count(Severity::kError) > errors_before) return nullptr;
  return table;
}

bool RouteTable::add_name(const Gateway& gateway, Diagnostics& diagnostics) {
  const auto [entry, is_new] = by_name_.try_emplace(gateway.name, &gateway);
  if (is_new) return true;
  diagnostics.error(
      gateway.spec.place, gateway.name, "name",
      "there is another gateway of this name" + named_place(entry->second->spec.place));
  return false;
}

void RouteTable::add_hosts(const Gateway& gateway, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < gateway.virtual_hosts.size(); ++i) {
    add_host(gateway.virtual_hosts[i], gateway, gateway.spec.virtual_hosts[i].place, diagnostics);
  }
  if (const auto host = default_virtual_host(gateway.name, virtual_host_domain_)) {
    add_host(*host, gateway, gateway.spec.place, diagnostics);
  }
}

void RouteTable::add_host(const std::string& host, const Gateway& gateway, const SourcePlace& place,
                          Diagnostics& diagnostics) {
  const Gateway* other = nullptr;
  if (host == "*") {
    other = any_host_;
    if (other == nullptr) any_host_ = &gateway;
  } else if (host.starts_with('*')) {
    const auto [entry, is_new] = by_suffix_.try_emplace(host.substr(1), &gateway);
    if (!is_new) other = entry->second;
  } else {
    const auto [entry, is_new] = by_host_.try_emplace(host, &gateway);
    if (!is_new) other = entry->second;
  }
  if (other != nullptr && other != &gateway) {
    diagnostics.error(place, gateway.name, "virtual_hosts",
                      "the virtual host " + host + " belongs to gateway " + other->name +
                          named_place(other->spec.place));
  }
  // Once, for the first one that is too many.
  if (other == nullptr && ++host_count_ == limits::kVirtualHosts + 1) {
    diagnostics.error(place, gateway.name, "virtual_hosts",
                      "more than " + std::to_string(limits::kVirtualHosts) +
                          " virtual hosts in all gateways together");
  }
}

const Gateway* RouteTable::find_gateway(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Gateway* RouteTable::find_by_host(std::string_view normalized_host) const {
  if (const auto exact = by_host_.find(normalized_host); exact != by_host_.end()) {
    return exact->second;
  }
  // Longest suffix first; no virtual host is longer than the limit, and a host that is would cost
  // a look-up for each of its dots.
  if (!by_suffix_.empty() && normalized_host.size() <= limits::kHostBytes) {
    for (std::size_t dot = normalized_host.find('.', 1); dot < normalized_host.size();
         dot = normalized_host.find('.', dot + 1)) {
      const auto found = by_suffix_.find(normalized_host.substr(dot));
      if (found != by_suffix_.end()) return found->second;
    }
  }
  return any_host_;
}

std::vector<std::string> RouteTable::virtual_hosts_of(const Gateway& gateway) const {
  std::vector<std::string> hosts;
  std::set<std::string_view> seen;
  for (const std::string& host : gateway.virtual_hosts) {
    if (seen.insert(host).second) hosts.push_back(host);
  }
  auto host = default_virtual_host(gateway.name, virtual_host_domain_);
  if (host && !seen.contains(*host)) hosts.push_back(std::move(*host));
  return hosts;
}

std::string default_cookie_name(std::string_view gateway) {
  std::string name = "pm_";
  for (const char c : gateway) name += is_letter_or_digit(c) ? c : '-';
  return name;
}

std::uint32_t route_tag(std::string_view gateway, std::string_view route, std::string_view epoch) {
  return tag_of(gateway, route, epoch, "");
}

std::uint32_t condition_tag(std::string_view gateway, std::string_view route,
                            std::string_view epoch) {
  return tag_of(gateway, route, epoch, std::string_view("\0c", 2));
}

}  // namespace pointsman::routing
