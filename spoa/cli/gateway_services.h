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

// Names the services that routes go to and that are not among the known ones. They may be
// registered yet, so that is a note; it also says which known name is near.
void tell_unknown_services(const routing::RouteTable& table, const std::vector<std::string>& known,
                           Diagnostics& diagnostics);

}  // namespace pointsman::cli
