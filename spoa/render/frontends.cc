#include "render/frontends.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "render/safe_text.h"

namespace pointsman::render {
namespace {

using routing::Gateway;
using routing::Route;
using routing::RouteTable;

constexpr const char* kVirtualHosts = "virtual-hosts";

// Bind addresses and what is reached through them.
struct Entry {
  std::string name;
  std::vector<std::string> binds;
  std::vector<const Gateway*> gateways;
  bool by_host = false;
};

const Route* heaviest_route(const Gateway& gateway) {
  const Route* heaviest = nullptr;
  for (const Route& route : gateway.routes) {
    if (route.share > 0 && (heaviest == nullptr || route.share > heaviest->share)) {
      heaviest = &route;
    }
  }
  return heaviest;
}

Entry& entry_at(std::vector<Entry>& entries, const std::vector<std::string>& binds,
                const std::string& name) {
  for (Entry& entry : entries) {
    const bool shares_bind = std::find_first_of(entry.binds.begin(), entry.binds.end(),
                                                binds.begin(), binds.end()) != entry.binds.end();
    if (entry.name == name || shares_bind) return entry;
  }
  entries.push_back({name, binds, {}, false});
  return entries.back();
}

Result<std::vector<Entry>> find_entries(const RouteTable& table, const Options& options) {
  std::vector<Entry> entries;
  for (const auto& gateway : table.gateways()) {
    if (gateway->spec.is_tcp()) continue;
    if (!table.virtual_hosts_of(*gateway).empty()) {
      Entry& entry = entry_at(entries, options.edge.binds, kVirtualHosts);
      entry.gateways.push_back(gateway.get());
      entry.by_host = true;
    }
    if (!gateway->spec.port) continue;
    const std::uint16_t port = *gateway->spec.port;
    Entry& entry = entry_at(entries, {bind_of_port(port, options)}, fmt::format("port-{}", port));
    if (std::find(entry.gateways.begin(), entry.gateways.end(), gateway.get()) ==
        entry.gateways.end()) {
      entry.gateways.push_back(gateway.get());
    }
  }
  for (Entry& entry : entries) {
    entry.by_host = entry.by_host || entry.gateways.size() > 1;
    if (!entry.by_host) continue;
    for (const Gateway* gateway : entry.gateways) {
      if (table.virtual_hosts_of(*gateway).empty()) {
        return Error{fmt::format(
            "gateway {}: shares {} with others, so it needs virtual_hosts to be told apart",
            gateway->name, entry.binds.front())};
      }
    }
  }
  return entries;
}

// Exact names come first, then the longest suffix, as decisions have it; "*" is the default.
void add_fallbacks(const RouteTable& table, const Entry& entry, const Options& options,
                   Frontend& frontend) {
  struct Suffix {
    std::string text;
    const Gateway* gateway;
  };
  std::vector<Suffix> suffixes;
  const auto add = [&](const Gateway& gateway, std::vector<std::string> patterns) {
    const std::string backend = fallback_backend(table, &gateway, options);
    if (backend.empty() || patterns.empty()) return;
    frontend.fallbacks.push_back(
        {fmt::format("pm_host_{}", frontend.fallbacks.size() + 1), std::move(patterns), backend});
  };
  for (const Gateway* gateway : entry.gateways) {
    std::vector<std::string> exact;
    for (const std::string& host : table.virtual_hosts_of(*gateway)) {
      if (host == "*") {
        const std::string backend = fallback_backend(table, gateway, options);
        if (!backend.empty()) frontend.default_backend = backend;
      } else if (host.starts_with("*.")) {
        suffixes.push_back({host.substr(1), gateway});
      } else {
        exact.push_back("-i " + host);
      }
    }
    add(*gateway, std::move(exact));
  }
  std::stable_sort(suffixes.begin(), suffixes.end(),
                   [](const Suffix& a, const Suffix& b) { return a.text.size() > b.text.size(); });
  for (const Suffix& suffix : suffixes) add(*suffix.gateway, {"-m end -i " + suffix.text});
}

void add_tls(const Edge& edge, Frontend& frontend) {
  if (edge.certificates.empty()) return;
  for (const std::string& bind : edge.tls_binds) {
    frontend.binds.push_back(
        fmt::format("{} ssl crt {} alpn h2,http/1.1 ssl-min-ver TLSv1.2", bind, edge.certificates));
    frontend.tls = true;
  }
}

Outcome check_safe(const Frontend& frontend) {
  for (const std::string& bind : frontend.binds) {
    if (auto safe = check_arguments(bind, "bind"); !safe) return safe;
  }
  if (!frontend.gateway.empty()) {
    if (auto safe = check_word(frontend.gateway, "gateway name"); !safe) return safe;
  }
  for (const Fallback& fallback : frontend.fallbacks) {
    for (const std::string& pattern : fallback.patterns) {
      if (auto safe = check_arguments(pattern, "virtual host"); !safe) return safe;
    }
  }
  return Done{};
}

}  // namespace

std::string fallback_backend(const RouteTable& table, const Gateway* gateway,
                             const Options& options) {
  const bool by_weight = options.fallback == Options::Fallback::kGreatestWeight;
  for (std::size_t step = 0; gateway != nullptr && step <= limits::kReferenceSteps; ++step) {
    if (gateway->routes.empty()) return {};
    const Route* const route = by_weight ? heaviest_route(*gateway) : &gateway->routes.front();
    if (route == nullptr) return {};
    if (route->next_gateway.empty()) return route->backend;
    gateway = table.find_gateway(route->next_gateway);
  }
  return {};
}

std::string bind_of_port(std::uint16_t port, const Options& options) {
  const auto given = options.port_binds.find(port);
  return given == options.port_binds.end() ? fmt::format("*:{}", port) : given->second;
}

Result<std::vector<Frontend>> plan_frontends(const RouteTable& table, const Options& options) {
  const auto entries = find_entries(table, options);
  if (!entries) return entries.error();
  std::vector<Frontend> frontends;
  for (const Entry& entry : *entries) {
    Frontend frontend{entry.name, entry.binds, false, {}, {}, kNoGatewayBackend};
    if (entry.name == kVirtualHosts) add_tls(options.edge, frontend);
    if (frontend.binds.empty()) {
      return Error{
          "edge: virtual hosts are served nowhere: 'listen' is empty, and there are no "
          "'certificates' for 'tls_listen'"};
    }
    if (entry.by_host) {
      add_fallbacks(table, entry, options, frontend);
    } else {
      frontend.gateway = entry.gateways.front()->name;
      const std::string backend = fallback_backend(table, entry.gateways.front(), options);
      if (!backend.empty()) frontend.default_backend = backend;
    }
    if (auto safe = check_safe(frontend); !safe) return safe.error();
    frontends.push_back(std::move(frontend));
  }
  return frontends;
}

}  // namespace pointsman::render
