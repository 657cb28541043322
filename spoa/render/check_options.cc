#include "render/check_options.h"

#include <string_view>
#include <utility>

#include "render/safe_text.h"

namespace pointsman::render {

namespace {

Outcome check_edge(const Edge& edge) {
  for (const auto* binds : {&edge.binds, &edge.tls_binds}) {
    for (const std::string& bind : *binds) {
      if (auto safe = check_arguments(bind, "bind"); !safe) return safe;
    }
  }
  for (const auto* networks : {&edge.proxy_protocol, &edge.trust_forwarded}) {
    for (const std::string& network : *networks) {
      if (auto safe = check_word(network, "network"); !safe) return safe;
    }
  }
  if (edge.certificates.empty()) return Done{};
  return check_word(edge.certificates, "certificates");
}

}  // namespace

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
      {options.agent_ca, "CA of the agents"},
      {options.agent_certificate, "certificate for the agents"},
      {options.agent_name, "name of the agents"},
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
  if (auto safe = check_edge(options.edge); !safe) return safe;
  if (options.log_target.empty()) return Done{};
  return check_arguments(options.log_target, "log target");
}

}  // namespace pointsman::render
