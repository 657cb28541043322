// What a tcp gateway can't have: HAProxy knows the client's address, the port and perhaps the name
// in a TLS hello (sni) of such a connection, and nothing of HTTP.
#pragma once

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

// An error for each thing that needs HTTP. True: there is none.
bool check_tcp_rules(const GatewaySpec& spec, const std::vector<Route>& routes,
                     Diagnostics& diagnostics);

// Whether a condition of the gateway's own asks for the name in a TLS hello.
bool asks_for_sni(const Gateway& gateway);

}  // namespace pointsman::routing
