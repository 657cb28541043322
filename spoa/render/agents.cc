#include "render/agents.h"

#include <fmt/format.h>

#include <string_view>

#include "base/ip_address.h"
#include "render/safe_text.h"

namespace pointsman::render {
namespace {

constexpr std::string_view kTls = "tls:";

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

// How HAProxy makes sure that it speaks with the agent, and shows who it is itself.
Result<std::string> tls_words(const std::string& agent, const ServerLine& line,
                              const Options& options) {
  if (options.agent_ca.empty()) {
    return Error{fmt::format("agent {}: TLS needs the CA of its certificate (--agent-ca)", agent)};
  }
  if (options.agent_name.empty() && !line.named) {
    return Error{
        fmt::format("agent {}: wanted the name in its certificate (--agent-name), HAProxy compares "
                    "no addresses",
                    agent)};
  }
  const std::string name =
      options.agent_name.empty() ? std::string(host_of(line.address)) : options.agent_name;
  std::string words = "ssl verify required ca-file " + options.agent_ca + " verifyhost " + name;
  if (!options.agent_certificate.empty()) words += " crt " + options.agent_certificate;
  return words;
}

Result<ServerLine> server_line(const std::string& agent, const Options& options) {
  if (auto safe = check_word(agent, "agent address"); !safe) return safe.error();
  ServerLine line;
  if (agent.starts_with("unix:")) {
    auto address = socket_address(agent, options.chroot);
    if (!address) return address.error();
    line.address = std::move(*address);
    return line;
  }
  line.address = agent.substr(agent.starts_with(kTls) ? kTls.size() : 0);
  const std::string_view host = host_of(line.address);
  if (host.empty()) {
    return Error{fmt::format("agent {}: wanted unix:PATH, host:port or tls:host:port", agent)};
  }
  line.named = !IpAddress::parse(host);
  if (!agent.starts_with(kTls)) return line;
  auto words = tls_words(agent, line, options);
  if (!words) return words.error();
  line.tls = std::move(*words);
  return line;
}

// In the chroot's own folder, which HAProxy's package makes; Debian's has another one for sockets.
TableRelay relay_to(ServerLine agent, std::size_t number, const Options& options) {
  TableRelay relay;
  relay.name = fmt::format("pointsman-table{}", number);
  relay.socket = fmt::format("{}/{}.sock", options.chroot.empty() ? "/run/haproxy" : options.chroot,
                             relay.name);
  relay.agent = std::move(agent);
  relay.agent.name = fmt::format("agent{}", number);
  return relay;
}

}  // namespace

Result<std::vector<ServerLine>> plan_agents(const Options& options) {
  if (options.agents.empty()) return Error{"agents: none given (--agent)"};
  std::vector<ServerLine> lines;
  for (const std::string& agent : options.agents) {
    auto line = server_line(agent, options);
    if (!line) return line.error();
    line->name = fmt::format("agent{}", lines.size() + 1);
    lines.push_back(std::move(*line));
  }
  return lines;
}

Result<TableAgents> plan_table_agents(const Options& options) {
  TableAgents planned;
  for (const std::string& agent : options.table_agents) {
    auto line = server_line(agent, options);
    if (!line) return line.error();
    std::string address = line->address;
    if (!line->tls.empty()) {
      planned.relays.push_back(relay_to(std::move(*line), planned.relays.size() + 1, options));
      address = *socket_address("unix:" + planned.relays.back().socket, options.chroot);
    } else if (line->named) {
      return Error{fmt::format(
          "table agent {}: wanted unix:PATH, address:port or tls:host:port, HAProxy's Lua looks up "
          "no names",
          agent)};
    }
    planned.addresses += (planned.addresses.empty() ? "" : ",") + address;
  }
  return planned;
}

}  // namespace pointsman::render
