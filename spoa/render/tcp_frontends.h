// The frontends of tcp gateways: each has its port for itself.
#pragma once

#include <string>
#include <vector>

#include "render/render.h"

namespace pointsman::render {

struct TcpFrontend {
  std::string name;
  std::string bind;
  std::string gateway;
  bool by_sni = false;          // a condition, perhaps of a gateway it refers to, asks for the sni
  std::string default_backend;  // empty: a connection for which there is no decision is closed
};

Result<std::vector<TcpFrontend>> plan_tcp_frontends(const routing::RouteTable& table,
                                                    const Options& options);

}  // namespace pointsman::render
