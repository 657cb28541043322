// Which frontends a complete configuration has for http gateways: one for all virtual hosts, and
// one for each port. A port's frontend names its gateway; where several gateways share a port, the
// Host header tells.
#pragma once

#include <string>
#include <vector>

#include "render/render.h"

namespace pointsman::render {

// Serves a host's requests for which there is no decision.
struct Fallback {
  std::string acl;
  std::vector<std::string> patterns;  // flags and pattern of an acl, e.g. "-m end -i .example.com"
  std::string backend;
};

struct Frontend {
  std::string name;
  std::vector<std::string> binds;  // with all their arguments
  bool tls = false;                // some of them are over TLS
  std::string gateway;             // empty: found by the Host header
  std::vector<Fallback> fallbacks;
  std::string default_backend;
};

inline constexpr const char* kNoGatewayBackend = "pointsman-no-gateway";

// The backend that would serve most requests of the gateway, empty where every weight is 0; or that
// of its first route, as the options have it.
std::string fallback_backend(const routing::RouteTable& table, const routing::Gateway* gateway,
                             const Options& options);
std::string bind_of_port(std::uint16_t port, const Options& options);

Result<std::vector<Frontend>> plan_frontends(const routing::RouteTable& table,
                                             const Options& options);

}  // namespace pointsman::render
