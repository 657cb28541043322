#include "render/agents.h"

#include <fmt/format.h>

#include <string_view>

#include "base/ip_address.h"
#include "render/safe_text.h"

namespace pointsman::render {
namespace {

// Of "host:port"; empty where it is no such thing.
std::string_view host_of(std::string_view agent) {
  const auto colon = agent.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == agent.size()) return {};
  std::string_view host = agent.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

Result<std::string> socket_address(const std::string& agent, const std::string& chroot) {
  std::string path = agent.substr(5);
  if (!chroot.empty()) {
    const std::string below = chroot.ends_with('/') ? chroot : chroot + "/";
    if (!path.starts_with(below) || path.size() == below.size()) {
      return Error{fmt::format("agent {}: HAProxy's chroot is {}, so the socket must lie below it",
                               agent, chroot)};
    }
    path = path.substr(below.size() - 1);
  }
  if (!path.starts_with('/')) {
    return Error{fmt::format("agent {}: wanted an absolute path", agent)};
  }
  return "unix@" + path;
}

Result<ServerLine> server_line(const std::string& agent, const std::string& chroot) {
  if (auto safe = check_word(agent, "agent address"); !safe) return safe.error();
  ServerLine line;
  if (agent.starts_with("unix:")) {
    auto address = socket_address(agent, chroot);
    if (!address) return address.error();
    line.address = std::move(*address);
    return line;
  }
  const std::string_view host = host_of(agent);
  if (host.empty()) return Error{fmt::format("agent {}: wanted unix:PATH or host:port", agent)};
  line.address = agent;
  line.named = !IpAddress::parse(host);
  return line;
}

}  // namespace

Result<std::vector<ServerLine>> plan_agents(const Options& options) {
  if (options.agents.empty()) return Error{"agents: none given"};
  std::vector<ServerLine> lines;
  for (const std::string& agent : options.agents) {
    auto line = server_line(agent, options.chroot);
    if (!line) return line.error();
    line->name = fmt::format("agent{}", lines.size() + 1);
    lines.push_back(std::move(*line));
  }
  return lines;
}

Result<std::string> plan_table_agents(const Options& options) {
  std::string addresses;
  for (const std::string& agent : options.table_agents) {
    const auto line = server_line(agent, options.chroot);
    if (!line) return line.error();
    if (line->named) {
      return Error{fmt::format(
          "table agent {}: wanted unix:PATH or address:port, HAProxy's Lua looks up no names",
          agent)};
    }
    if (!addresses.empty()) addresses += ',';
    addresses += line->address;
  }
  return addresses;
}

}  // namespace pointsman::render
