// What gateways contribute to the registry: their routes' own instances, as services, and what
// their routes want found by DNS. The service of a route is called by gateway and route
// (`shop-v1`), as docs/registry.md says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "discovery/discoverer.h"
#include "registry/revision.h"
#include "routing/route_table.h"

namespace pointsman::cli {

struct GatewayServices {
  registry::Services services;
  std::vector<discovery::Target> targets;
};

// Routes that lead elsewhere (`backend`, `service`, `gateway`) and those called by an address have
// no service of their own. Instances by host name are left out: HAProxy resolves those itself. Two
// routes of one service, or a name that can be none, is a warning.
GatewayServices services_of(const routing::RouteTable& table, Diagnostics& diagnostics);

}  // namespace pointsman::cli
