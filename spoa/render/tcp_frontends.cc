#include "render/tcp_frontends.h"

#include <fmt/format.h>

#include <set>

#include "render/frontends.h"
#include "render/safe_text.h"
#include "routing/tcp_rules.h"

namespace pointsman::render {
namespace {

using routing::Gateway;
using routing::RouteTable;

// References have no circle, and at most limits::kReferenceSteps steps.
bool asks_for_sni(const RouteTable& table, const Gateway& gateway,
                  std::set<const Gateway*>& looked_at) {
  if (!looked_at.insert(&gateway).second) return false;
  if (routing::asks_for_sni(gateway)) return true;
  for (const routing::Route& route : gateway.routes) {
    const Gateway* const next = table.find_gateway(route.next_gateway);
    if (next != nullptr && asks_for_sni(table, *next, looked_at)) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<TcpFrontend>> plan_tcp_frontends(const RouteTable& table,
                                                    const Options& options) {
  std::vector<TcpFrontend> frontends;
  for (const auto& gateway : table.gateways()) {
    if (!gateway->spec.is_tcp() || !gateway->spec.port) continue;
    TcpFrontend frontend;
    frontend.name = fmt::format("port-{}", *gateway->spec.port);
    frontend.bind = bind_of_port(*gateway->spec.port, options);
    frontend.gateway = gateway->name;
    std::set<const Gateway*> looked_at;
    frontend.by_sni = asks_for_sni(table, *gateway, looked_at);
    frontend.default_backend = fallback_backend(table, gateway.get(), options);
    if (auto safe = check_arguments(frontend.bind, "bind"); !safe) return safe.error();
    if (auto safe = check_word(frontend.gateway, "gateway name"); !safe) return safe.error();
    frontends.push_back(std::move(frontend));
  }
  return frontends;
}

}  // namespace pointsman::render
