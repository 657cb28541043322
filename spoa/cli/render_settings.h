// What the settings say of HAProxy's configuration, for whoever renders it: the command `render`,
// and the agent where it manages HAProxy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "render/render.h"

namespace pointsman::cli {

std::string absolute_path(const std::string& path);
std::string absolute_or_empty(const std::string& path);

// Agents and table as HAProxy reaches them, headers, nameserver, zone and edge.
render::Options render_options(const config::Settings& settings);

// "PORT=BIND" each; the error begins with the text.
Result<std::map<std::uint16_t, std::string>> parse_port_binds(
    const std::vector<std::string>& texts);

bool needs_instance_key(const routing::RouteTable& table);
std::string instance_key_file(const config::Settings& settings);

struct InstanceKey {
  std::string text;
  bool made = false;  // just now
};
// The secret of instance cookies. It stays the same over renderings, so it has a file; made where
// there is none.
Result<InstanceKey> instance_key(const std::string& path);
std::string made_instance_key(const std::string& path);  // what to tell of it

}  // namespace pointsman::cli
