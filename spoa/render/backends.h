// The backends of a configuration: those of routes with their instances, and the list of all that a
// decision may name. Each is checked to be safe in a line of configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "render/render.h"

namespace pointsman::render {

struct ServerLine {
  std::string name;
  std::string address;
  std::uint16_t weight = 100;
  bool named = false;  // by a host name: must not stop HAProxy from starting when it is unknown
  bool backup = false;
  std::string tls;  // how to speak TLS with it; empty: not at all
};

struct InstanceCookie {
  std::string name;
  bool secure = false;
  std::string same_site;
};

struct RouteBackend {
  std::string gateway;
  std::string route;
  std::string backend;
  bool tcp = false;
  std::string balance;
  routing::CheckSpec check;
  std::chrono::seconds slow_start{0};  // 0: none
  bool redispatch = true;
  std::optional<InstanceCookie> cookie;
  std::chrono::seconds stick_to_source{0};  // 0: not; how long without a connection, else
  std::vector<ServerLine> servers;
  std::string service;  // of the registry, where there are no servers
};

// The agents' own backend, as the templates name it: no decision may name it.
inline constexpr const char* kAgentsBackend = "pointsman-agents";

// Backends of routes that don't name one of the user's: with the servers that they list, or else
// those of a service.
Result<std::vector<RouteBackend>> plan_backends(const routing::RouteTable& table);
// All that a decision may name, sorted, once each.
Result<std::vector<std::string>> plan_whitelist(const routing::RouteTable& table);

}  // namespace pointsman::render
