#include "render/template_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "render/agents.h"
#include "render/backends.h"
#include "render/check_options.h"
#include "render/frontends.h"
#include "render/gateway_data.h"
#include "render/tcp_frontends.h"
#include "routing/raw_acl.h"

namespace pointsman::render {
namespace {

using Json = nlohmann::ordered_json;
using routing::RouteTable;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json seconds_or_null(std::chrono::seconds seconds) {
  return seconds.count() == 0 ? Json(nullptr) : Json(seconds.count());
}

// HAProxy has a keyword for names and one for numbers.
Json identity(const std::string& name, std::string_view by_name, std::string_view by_number) {
  if (name.empty()) return nullptr;
  const bool number = name.find_first_not_of("0123456789") == std::string::npos;
  return {{"keyword", number ? by_number : by_name}, {"name", name}};
}

Json server_list(const std::vector<ServerLine>& servers) {
  Json list = Json::array();
  for (const ServerLine& server : servers) {
    list.push_back({{"name", server.name},
                    {"address", server.address},
                    {"weight", server.weight},
                    {"backup", server.backup},
                    {"named", server.named}});
  }
  return list;
}

// Those that HAProxy may have to speak TLS with.
Json agent_list(const std::vector<ServerLine>& agents) {
  Json list = server_list(agents);
  for (std::size_t i = 0; i < agents.size(); ++i) list[i]["tls"] = text_or_null(agents[i].tls);
  return list;
}

Json relay_list(const std::vector<TableRelay>& relays) {
  Json list = Json::array();
  for (const TableRelay& relay : relays) {
    list.push_back(
        {{"name", relay.name}, {"socket", relay.socket}, {"agents", agent_list({relay.agent})}});
  }
  return list;
}

Json cookie_data(const std::optional<InstanceCookie>& cookie, const std::string& key) {
  if (!cookie) return nullptr;
  return {{"name", cookie->name},
          {"key", key},
          {"secure", cookie->secure},
          {"same_site", cookie->same_site}};
}

Json backend_data(const RouteBackend& backend, const std::string& cookie_key) {
  return {{"name", backend.backend},
          {"gateway", backend.gateway},
          {"route", backend.route},
          {"tcp", backend.tcp},
          {"balance", backend.balance},
          {"redispatch", backend.redispatch},
          {"check", check_data(backend.check)},
          {"slow_start", seconds_or_null(backend.slow_start)},
          {"cookie", cookie_data(backend.cookie, cookie_key)},
          {"stick_to_source", seconds_or_null(backend.stick_to_source)},
          {"servers", server_list(backend.servers)},
          {"service", text_or_null(backend.service)}};
}

Json frontend_data(const Frontend& frontend, const Edge& edge) {
  Json fallbacks = Json::array();
  for (const Fallback& fallback : frontend.fallbacks) {
    fallbacks.push_back(
        {{"acl", fallback.acl}, {"hosts", fallback.patterns}, {"backend", fallback.backend}});
  }
  return {{"name", frontend.name},
          {"binds", frontend.binds},
          {"tls", frontend.tls},
          {"redirect_to_https", frontend.tls && edge.redirect_to_https},
          {"hsts", frontend.tls && edge.hsts.count() > 0 ? Json(edge.hsts.count()) : Json(nullptr)},
          {"gateway", text_or_null(frontend.gateway)},
          {"fallbacks", fallbacks},
          {"default_backend", frontend.default_backend}};
}

Json tcp_frontend_data(const TcpFrontend& frontend) {
  return {{"name", frontend.name},
          {"bind", frontend.bind},
          {"gateway", frontend.gateway},
          {"by_sni", frontend.by_sni},
          {"default_backend", text_or_null(frontend.default_backend)}};
}

void add_options(const Options& options, Json& data) {
  data["spoe_file"] = options.spoe_file;
  data["whitelist_file"] = options.whitelist_file;
  data["bridge"] = options.bridge;
  data["bridge_file"] = options.bridge_file;
  data["table_file"] = options.table_file;
  data["chroot"] = text_or_null(options.chroot);
  data["user"] = identity(options.user, "user", "uid");
  data["group"] = identity(options.group, "group", "gid");
  data["stats_socket"] = text_or_null(options.stats_socket);
  data["log_target"] = text_or_null(options.log_target);
  data["proxy_protocol"] =
      text_or_null(fmt::format("{}", fmt::join(options.edge.proxy_protocol, " ")));
  data["trust_forwarded"] =
      text_or_null(fmt::format("{}", fmt::join(options.edge.trust_forwarded, " ")));
  data["show_decisions"] = options.show_decisions;
  data["all_headers"] = !options.headers.has_value();
  data["headers"] = options.headers.value_or(std::vector<std::string>());
  data["nameserver"] = options.nameserver;
  data["zone"] = options.zone;
  data["service_slots"] = options.service_slots;
}

Outcome add_agents(const Options& options, Json& data) {
  const auto agents = plan_agents(options);
  if (!agents) return agents.error();
  data["agents"] = agent_list(*agents);
  data["over_tls"] = std::any_of(agents->begin(), agents->end(),
                                 [](const ServerLine& agent) { return !agent.tls.empty(); });
  data["table_agents"] = nullptr;
  data["relays"] = Json::array();
  if (!options.bridge) return Done{};
  const auto table_agents = plan_table_agents(options);
  if (!table_agents) return table_agents.error();
  data["table_agents"] = text_or_null(table_agents->addresses);
  data["relays"] = relay_list(table_agents->relays);
  return Done{};
}

Outcome add_backends(const RouteTable& table, const Options& options, Json& data) {
  const auto backends = plan_backends(table);
  if (!backends) return backends.error();
  Json list = Json::array();
  for (const RouteBackend& backend : *backends) {
    if (backend.cookie && options.instance_cookie_key.empty()) {
      return Error{fmt::format("gateway {}: sticky: instance needs an instance cookie key",
                               backend.gateway)};
    }
    list.push_back(backend_data(backend, options.instance_cookie_key));
  }
  data["backends"] = std::move(list);
  data["has_services"] =
      std::any_of(backends->begin(), backends->end(),
                  [](const RouteBackend& backend) { return !backend.service.empty(); });
  const auto whitelist = plan_whitelist(table);
  if (!whitelist) return whitelist.error();
  data["whitelist"] = *whitelist;
  return Done{};
}

Outcome add_frontends(const RouteTable& table, const Options& options, bool wanted, Json& data) {
  const auto tcp_frontends = plan_tcp_frontends(table, options);
  if (!tcp_frontends) return tcp_frontends.error();
  data["has_tcp"] = !tcp_frontends->empty();
  data["tcp_frontends"] = Json::array();
  for (const TcpFrontend& frontend : *tcp_frontends) {
    data["tcp_frontends"].push_back(tcp_frontend_data(frontend));
  }
  data["frontends"] = Json::array();
  if (!wanted) return Done{};
  const auto frontends = plan_frontends(table, options);
  if (!frontends) return frontends.error();
  for (const Frontend& frontend : *frontends) {
    data["frontends"].push_back(frontend_data(frontend, options.edge));
  }
  return Done{};
}

// What HAProxy evaluates for conditions, of all http gateways.
Json acl_list(const RouteTable& table) {
  Json list = Json::array();
  std::set<std::string> known;
  for (const auto& gateway : table.gateways()) {
    if (gateway->spec.protocol == routing::GatewaySpec::Protocol::kTcp) continue;
    for (const routing::RawAcl& acl : routing::raw_acls_of(*gateway)) {
      if (!known.insert(acl.name).second) continue;
      list.push_back({{"name", acl.name},
                      {"text", acl.text},
                      {"condition", routing::raw_acl_condition(acl.text)},
                      {"gateway", gateway->name}});
    }
  }
  return list;
}

// The gateway that a frontend of the user's names, where there is but one and no host leads to it.
Json only_gateway(const RouteTable& table) {
  const auto gateways = table.gateways();
  if (gateways.size() != 1 || !table.virtual_hosts_of(*gateways[0]).empty()) return nullptr;
  return gateways[0]->name;
}

}  // namespace

Result<Json> template_data(const RouteTable& table, const Options& options, DataWanted wanted) {
  if (auto safe = check_options(options); !safe) return safe.error();
  Json data;
  add_options(options, data);
  if (auto added = add_agents(options, data); !added) return added.error();
  if (auto added = add_backends(table, options, data); !added) return added.error();
  if (auto added = add_frontends(table, options, wanted.frontends, data); !added) {
    return added.error();
  }
  const bool logs = !wanted.own_global || !options.log_target.empty();
  data["log_decisions"] = logs;
  data["quiet_relays"] = logs || !wanted.frontends;  // a snippet goes to where the user logs
  data["only_gateway"] = only_gateway(table);
  data["acls"] = acl_list(table);
  data["gateways"] = Json::array();
  if (!wanted.gateways) return data;
  for (const auto& gateway : table.gateways()) {
    data["gateways"].push_back(gateway_data(*gateway, table));
  }
  return data;
}

}  // namespace pointsman::render
