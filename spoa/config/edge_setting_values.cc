#include "config/edge_setting_values.h"

#include <algorithm>

#include "base/limits.h"
#include "config/setting_lists.h"
#include "config/value_syntax.h"

namespace pointsman::config {
namespace {

// As HAProxy's `bind` takes it, perhaps with options behind the address.
bool is_bind(std::string_view text) {
  constexpr std::string_view kForbidden = "\"'\\#$";
  return !text.empty() && text.size() <= limits::kNameBytes &&
         text.find(':') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return c >= ' ' && c < 0x7f && kForbidden.find(c) == std::string_view::npos;
         });
}

std::vector<std::string> read_binds(const YamlField& field) {
  return read_list<std::string>(field, limits::kEdgeBinds, [](const YamlField& item) {
    return read_text_if(item, "an address as HAProxy's bind takes it, like *:80", is_bind);
  });
}

}  // namespace

void read_edge_listen(const YamlField& field, Settings& settings) {
  settings.edge.listen = read_binds(field);
}

void read_edge_tls_listen(const YamlField& field, Settings& settings) {
  settings.edge.tls_listen = read_binds(field);
}

void read_edge_redirect(const YamlField& field, Settings& settings) {
  settings.edge.redirect_to_https = read_boolean(field).value_or(false);
}

void read_edge_hsts(const YamlField& field, Settings& settings) {
  const auto time = read_parsed(field, "a duration like 365d", parse_duration);
  if (time) settings.edge.hsts = *time;
}

void read_edge_proxy_protocol(const YamlField& field, Settings& settings) {
  settings.edge.proxy_protocol = read_networks(field, limits::kEdgeNetworks);
}

void read_edge_trust_forwarded(const YamlField& field, Settings& settings) {
  settings.edge.trust_forwarded = read_networks(field, limits::kEdgeNetworks);
}

}  // namespace pointsman::config
