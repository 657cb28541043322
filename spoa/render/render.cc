#include "render/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <string_view>

#include "render/agents.h"
#include "render/backends.h"
#include "render/frontends.h"
#include "render/safe_text.h"
#include "render/templates.h"

namespace pointsman::render {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::list;
using kainjow::mustache::mustache;
using kainjow::mustache::partial;

// Sections that are empty leave blank lines behind: one is enough, and none at the end.
std::string without_blank_runs(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '\n' || !out.ends_with("\n\n")) out += c;
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

Result<std::string> fill(std::string_view name, const data& values) {
  const auto text = find_template(name);
  if (!text) return Error{fmt::format("template {}: not compiled in", name)};
  mustache document{std::string(*text)};
  if (!document.is_valid()) {
    return Error{fmt::format("template {}: {}", name, document.error_message())};
  }
  document.set_custom_escape([](const std::string& value) { return value; });
  return without_blank_runs(document.render(values));
}

data partial_of(std::string_view name) {
  return partial([name] { return std::string(find_template(name).value_or("")); });
}

Outcome check_options(const Options& options) {
  const std::pair<std::string_view, std::string_view> words[] = {
      {options.spoe_file, "SPOE file"},     {options.whitelist_file, "map file"},
      {options.bridge_file, "bridge file"}, {options.table_file, "table file"},
      {options.nameserver, "nameserver"},   {options.zone, "zone"}};
  for (const auto& [text, what] : words) {
    if (auto safe = check_word(text, what); !safe) return safe;
  }
  const std::pair<std::string_view, std::string_view> optional_words[] = {
      {options.chroot, "chroot"},
      {options.user, "user"},
      {options.group, "group"},
      {options.stats_socket, "stats socket"},
      {options.instance_cookie_key, "instance cookie key"}};
  for (const auto& [text, what] : optional_words) {
    if (text.empty()) continue;
    if (auto safe = check_word(text, what); !safe) return safe;
  }
  for (const std::string& header : options.headers.value_or(std::vector<std::string>())) {
    if (auto safe = check_word(header, "header"); !safe) return safe;
  }
  if (options.log_target.empty()) return Done{};
  return check_arguments(options.log_target, "log target");
}

data server_list(const std::vector<ServerLine>& servers) {
  data lines{list{}};
  for (const ServerLine& server : servers) {
    data line;
    line.set("name", server.name);
    line.set("address", server.address);
    line.set("weight", std::to_string(server.weight));
    line.set("named", server.named);
    lines.push_back(line);
  }
  return lines;
}

data route_list(const std::vector<RouteBackend>& backends, const std::string& cookie_key) {
  data routes{list{}};
  for (const RouteBackend& backend : backends) {
    data route;
    route.set("gateway", backend.gateway);
    route.set("route", backend.route);
    route.set("backend", backend.backend);
    route.set("balance", backend.balance);
    if (!backend.service.empty()) route.set("service", backend.service);
    data cookies{list{}};
    for (const InstanceCookie& cookie : backend.cookie) {
      data item;
      item.set("key", cookie_key);
      item.set("name", cookie.name);
      item.set("secure", cookie.secure);
      item.set("same_site", cookie.same_site);
      cookies.push_back(item);
    }
    route.set("instance_cookie", cookies);
    route.set("instances", server_list(backend.servers));
    routes.push_back(route);
  }
  return routes;
}

data left_out_list(const routing::RouteTable& table) {
  data items{list{}};
  for (const auto& gateway : table.gateways()) {
    if (gateway->spec.protocol != routing::GatewaySpec::Protocol::kTcp) continue;
    items.push_back(data("text", "gateway " + gateway->name + ", tcp is not rendered yet"));
  }
  return items;
}

data header_list(const Options& options) {
  data headers{list{}};
  if (!options.headers) return headers;
  for (const std::string& name : *options.headers) headers.push_back(data("header", name));
  return headers;
}

// What both kinds of configuration need.
Result<data> integration_values(const routing::RouteTable& table, const Options& options) {
  if (auto safe = check_options(options); !safe) return safe.error();
  const auto agents = plan_agents(options);
  if (!agents) return agents.error();
  const auto backends = plan_backends(table);
  if (!backends) return backends.error();
  for (const RouteBackend& backend : *backends) {
    if (backend.cookie.empty() || !options.instance_cookie_key.empty()) continue;
    return Error{
        fmt::format("gateway {}: sticky: instance needs an instance cookie key", backend.gateway)};
  }
  data values;
  if (options.bridge) {
    const auto table_agents = plan_table_agents(options);
    if (!table_agents) return table_agents.error();
    if (!table_agents->empty()) values.set("table_agents", *table_agents);
  }
  values.set("spoe_file", options.spoe_file);
  values.set("whitelist_file", options.whitelist_file);
  values.set("bridge", options.bridge);
  values.set("bridge_file", options.bridge_file);
  values.set("table_file", options.table_file);
  if (!options.chroot.empty()) values.set("chroot", options.chroot);
  values.set("agents", server_list(*agents));
  values.set("all_headers", !options.headers.has_value());
  values.set("sent_headers", header_list(options));
  values.set("routes", route_list(*backends, options.instance_cookie_key));
  values.set("left_out", left_out_list(table));
  const bool has_services =
      std::any_of(backends->begin(), backends->end(),
                  [](const auto& backend) { return !backend.service.empty(); });
  values.set("has_services", has_services);
  values.set("nameserver", options.nameserver);
  values.set("zone", options.zone);
  values.set("service_slots", std::to_string(options.service_slots));
  for (const auto* name : {"bridge", "decide", "log_format", "agents", "resolvers", "backends"}) {
    values.set(std::string(name) + "_lines", partial_of(name));
  }
  return values;
}

struct Configuration {
  std::string file;
  std::string_view template_name;
};

// The configuration, and the files that go with every configuration.
Result<RenderedFiles> files_of(Configuration wanted, const data& values,
                               const routing::RouteTable& table, const Options& options) {
  const auto whitelist = plan_whitelist(table);
  if (!whitelist) return whitelist.error();
  data names{list{}};
  for (const std::string& name : *whitelist) names.push_back(data("name", name));

  auto configuration = fill(wanted.template_name, values);
  if (!configuration) return configuration.error();
  auto spoe = fill("spoe", values);
  if (!spoe) return spoe.error();
  auto map = fill("whitelist", data("backends", names));
  if (!map) return map.error();
  RenderedFiles files{{std::move(wanted.file), std::move(*configuration)},
                      {"pointsman.spoe.cfg", std::move(*spoe)},
                      {"pointsman.backends.map", std::move(*map)}};
  if (!options.bridge) return files;
  for (RenderedFile& file : bridge_files()) files.push_back(std::move(file));
  return files;
}

Result<data> frontend_list(const std::vector<Frontend>& frontends, bool show_decisions) {
  data items{list{}};
  for (const Frontend& frontend : frontends) {
    if (auto safe = check_arguments(frontend.bind, "bind"); !safe) return safe.error();
    data item;
    item.set("name", frontend.name);
    item.set("bind", frontend.bind);
    if (!frontend.gateway.empty()) {
      if (auto safe = check_word(frontend.gateway, "gateway name"); !safe) return safe.error();
      item.set("gateway", frontend.gateway);
    } else {
      item.set("gateway", false);
    }
    item.set("show_decisions", show_decisions);
    data fallbacks{list{}};
    for (const Fallback& fallback : frontend.fallbacks) {
      data hosts{list{}};
      for (const std::string& pattern : fallback.patterns) {
        if (auto safe = check_arguments(pattern, "virtual host"); !safe) return safe.error();
        hosts.push_back(data("match", pattern));
      }
      data entry;
      entry.set("acl", fallback.acl);
      entry.set("hosts", hosts);
      entry.set("backend", fallback.backend);
      fallbacks.push_back(entry);
    }
    item.set("fallbacks", fallbacks);
    item.set("default_backend", frontend.default_backend);
    items.push_back(item);
  }
  return items;
}

void set_identity(data& values, const std::string& key, const std::string& name,
                  std::string_view by_name, std::string_view by_number) {
  if (name.empty()) return;
  const bool number = name.find_first_not_of("0123456789") == std::string::npos;
  data identity;
  identity.set("keyword", std::string(number ? by_number : by_name));
  identity.set("name", name);
  values.set(key, identity);
}

}  // namespace

Result<RenderedFiles> render_snippet(const routing::RouteTable& table, const Options& options) {
  auto values = integration_values(table, options);
  if (!values) return values.error();
  const auto gateways = table.gateways();
  const bool found_by_host =
      std::any_of(gateways.begin(), gateways.end(),
                  [&](const auto& gateway) { return !table.virtual_hosts_of(*gateway).empty(); });
  if (gateways.size() == 1 && !found_by_host) values->set("only_gateway", gateways[0]->name);
  return files_of({"pointsman.cfg", "snippet"}, *values, table, options);
}

Result<RenderedFiles> render_complete(const routing::RouteTable& table, const Options& options) {
  auto values = integration_values(table, options);
  if (!values) return values.error();
  const auto frontends = plan_frontends(table, options);
  if (!frontends) return frontends.error();
  auto items = frontend_list(*frontends, options.show_decisions);
  if (!items) return items.error();
  values->set("frontends", *items);
  values->set("fallback_is_first", options.fallback == Options::Fallback::kFirstRoute);
  set_identity(*values, "user", options.user, "user", "uid");
  set_identity(*values, "group", options.group, "group", "gid");
  if (!options.stats_socket.empty()) values->set("stats_socket", options.stats_socket);
  if (!options.log_target.empty()) values->set("log_target", options.log_target);
  return files_of({"haproxy.cfg", "complete"}, *values, table, options);
}

}  // namespace pointsman::render
