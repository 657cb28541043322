#include "config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/file_text.h"
#include "base/limits.h"
#include "base/near_match.h"
#include "config/dns_setting_values.h"
#include "config/edge_setting_values.h"
#include "config/manage_setting_values.h"
#include "config/setting_values.h"
#include "config/value_syntax.h"
#include "config/yaml_fields.h"
#include "config/yaml_reader.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kVariablePrefix = "POINTSMAN_";

// One setting: where it stands in the file, and so how its variable is called.
struct Setting {
  std::string_view section;  // empty: the top level
  std::string_view key;
  bool is_list = false;
  void (*read)(const YamlField& field, Settings& settings);
};

constexpr std::array kSettings{
    Setting{"", "gateways", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.gateways); }},
    Setting{"", "services", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.services); }},
    Setting{"", "scripts", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.scripts); }},
    Setting{"", "state", false, [](const YamlField& f, Settings& s) { read_path(f, s, s.state); }},
    Setting{"", "virtual_host_domain", false, read_virtual_host_domain},
    Setting{"", "advertise", true, read_advertise},
    Setting{"spop", "listen", true, read_spop_listen},
    Setting{"spop", "workers", false, read_spop_workers},
    Setting{"spop", "message", false, read_spop_message},
    Setting{"spop", "max_frame_size", false, read_spop_max_frame_size},
    Setting{"spop", "socket_mode", false, read_spop_socket_mode},
    Setting{"spop", "socket_owner", false, read_spop_socket_owner},
    Setting{"table", "listen", true, read_table_listen},
    Setting{"table", "socket_mode", false, read_table_socket_mode},
    Setting{"table", "socket_owner", false, read_table_socket_owner},
    Setting{"admin", "listen", true, read_admin_listen},
    Setting{"admin", "socket_mode", false, read_admin_socket_mode},
    Setting{"admin", "socket_owner", false, read_admin_socket_owner},
    Setting{"admin", "tokens", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.admin.tokens); }},
    Setting{"registry", "keep_last", false, read_registry_keep_last},
    Setting{"dns", "listen", true, read_dns_listen},
    Setting{"dns", "workers", false, read_dns_workers},
    Setting{"dns", "zones", true, read_dns_zones},
    Setting{"dns", "ttl", false, read_dns_ttl},
    Setting{"dns", "reverse", true, read_dns_reverse},
    Setting{"dns", "rate_limit", false, read_dns_rate_limit},
    Setting{"dns", "nsid", false, read_dns_nsid},
    Setting{"dns", "cookie_secret", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.dns.cookie_secret); }},
    Setting{"forward", "allow", true, read_forward_allow},
    Setting{"forward", "to", true, read_forward_to},
    Setting{"edge", "listen", true, read_edge_listen},
    Setting{"edge", "tls_listen", true, read_edge_tls_listen},
    Setting{"edge", "certificates", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.edge.certificates); }},
    Setting{"edge", "redirect_to_https", false, read_edge_redirect},
    Setting{"edge", "hsts", false, read_edge_hsts},
    Setting{"edge", "proxy_protocol", true, read_edge_proxy_protocol},
    Setting{"edge", "trust_forwarded", true, read_edge_trust_forwarded},
    Setting{"spoe", "headers", true, read_spoe_headers},
    Setting{"sticky", "keys", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.sticky_keys); }},
    Setting{"manage_haproxy", "folder", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.manage_haproxy.folder); }},
    Setting{
        "manage_haproxy", "template", false,
        [](const YamlField& f, Settings& s) { read_path(f, s, s.manage_haproxy.template_file); }},
    Setting{"manage_haproxy", "check", true, read_manage_check},
    Setting{"manage_haproxy", "master", false,
            [](const YamlField& f, Settings& s) { read_path(f, s, s.manage_haproxy.master); }},
    Setting{"manage_haproxy", "reload", true, read_manage_reload},
    Setting{"manage_haproxy", "chroot", false, read_manage_chroot},
    Setting{"manage_haproxy", "user", false, read_manage_user},
    Setting{"manage_haproxy", "group", false, read_manage_group},
    Setting{
        "manage_haproxy", "stats_socket", false,
        [](const YamlField& f, Settings& s) { read_path(f, s, s.manage_haproxy.stats_socket); }},
    Setting{"manage_haproxy", "log", false, read_manage_log},
    Setting{"manage_haproxy", "port_bind", true, read_manage_port_bind},
    Setting{"manage_haproxy", "demo", false, read_manage_demo},
    Setting{"log", "level", false, read_log_level},
    Setting{"log", "format", false, read_log_format},
};

constexpr std::array<std::string_view, 11> kSections{
    "spop", "table", "admin",  "registry", "dns",           "forward",
    "edge", "spoe",  "sticky", "log",      "manage_haproxy"};

// Known names that nothing reads yet: a file written for a later version still runs.
constexpr std::array<std::string_view, 3> kLaterSections{"tls", "limits", "etcd"};

constexpr std::string_view kNotUsedYet = "not used by this version";

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string variable_of(const Setting& setting) {
  std::string name(kVariablePrefix);
  if (!setting.section.empty()) name += upper_case(setting.section) + "_";
  return name + upper_case(setting.key);
}

void read_section(MappingReader& reader, std::string_view section, Settings& settings) {
  for (const Setting& setting : kSettings) {
    if (setting.section != section) continue;
    if (const YamlField field = reader.take(setting.key)) setting.read(field, settings);
  }
}

void read_file_settings(const YamlFile& file, ReadContext& context, Settings& settings) {
  if (file.documents.empty()) return;
  if (file.documents.size() > 1) {
    context.error(file.documents[1].root->place, "", "found a second document, wanted one");
  }
  const YamlDocument& document = file.documents.front();
  for (const Diagnostic& fault : document.faults.items()) {
    context.error(fault.place, fault.key, fault.message);
  }
  MappingReader top({document.root, "", &context}, "a mapping of settings");
  read_section(top, "", settings);
  for (const std::string_view section : kSections) {
    MappingReader reader(top.take(section), "a mapping");
    read_section(reader, section, settings);
    reader.refuse_unknown_keys();
  }
  for (const std::string_view section : kLaterSections) {
    const YamlField field = top.take(section);
    if (!field || field.node->kind == YamlNode::Kind::kNull) continue;
    if (field.node->kind == YamlNode::Kind::kMapping) {
      context.warning(field.node->place, field.key, std::string(kNotUsedYet));
    } else {
      field.wanted("a mapping");
    }
  }
  top.refuse_unknown_keys();
}

std::vector<YamlNode> split_at_commas(const std::string& value) {
  std::vector<YamlNode> items;
  std::size_t start = 0;
  while (start <= value.size()) {
    const std::size_t end = std::min(value.find(',', start), value.size());
    const std::size_t first = std::min(value.find_first_not_of(' ', start), end);
    const std::size_t last = value.find_last_not_of(' ', end == 0 ? 0 : end - 1);
    YamlNode& item = items.emplace_back();
    item.kind = YamlNode::Kind::kScalar;
    if (first < end) item.text = value.substr(first, last + 1 - first);
    start = end + 1;
  }
  return items;
}

// A variable's value is read as the same text in the file would be.
void read_variable(const Setting& setting, const std::string& name, const std::string& value,
                   ReadContext& context, Settings& settings) {
  std::vector<YamlNode> items = split_at_commas(value);
  YamlNode node;
  if (setting.is_list) {
    node.kind = YamlNode::Kind::kSequence;
    for (const YamlNode& item : items) node.items.push_back(&item);
  } else {
    node.kind = YamlNode::Kind::kScalar;
    node.text = value;
  }
  setting.read({&node, name, &context}, settings);
}

void warn_of_variable(const std::string& name, ReadContext& context) {
  std::vector<std::string> known;
  for (const Setting& setting : kSettings) known.push_back(variable_of(setting));
  const std::vector<std::string_view> views(known.begin(), known.end());
  if (const auto near = near_match(name, views)) {
    context.warning({}, name, fmt::format("no setting has this name; did you mean '{}'?", *near));
    return;
  }
  const std::string_view rest = std::string_view(name).substr(kVariablePrefix.size());
  const auto begins_with = [rest](std::string_view section) {
    return rest.starts_with(upper_case(section) + "_");
  };
  if (std::any_of(kSections.begin(), kSections.end(), begins_with)) {
    context.warning({}, name, "no setting has this name");
  } else if (std::any_of(kLaterSections.begin(), kLaterSections.end(), begins_with)) {
    context.warning({}, name, std::string(kNotUsedYet));
  }
}

void read_environment(const Environment& environment, ReadContext& context, Settings& settings) {
  for (const auto& [name, value] : environment) {
    if (value.empty() || !name.starts_with(kVariablePrefix)) continue;
    const auto* const setting =
        std::find_if(kSettings.begin(), kSettings.end(),
                     [&name = name](const Setting& known) { return variable_of(known) == name; });
    if (setting != kSettings.end()) {
      read_variable(*setting, name, value, context, settings);
    } else {
      warn_of_variable(name, context);
    }
  }
}

}  // namespace

Environment process_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kVariablePrefix) || equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Settings default_settings() {
  Settings settings;
  settings.spop.listen = default_spop_listen();
  settings.admin.listen = default_admin_listen();
  settings.dns.listen = default_dns_listen();
  add_table_defaults(settings);
  settings.sticky_keys = settings.state + "/sticky.keys";
  return settings;
}

Settings parse_settings(const std::string& path, const std::string& text,
                        const Environment& environment, Diagnostics& diagnostics) {
  Settings settings = default_settings();
  settings.file = path;
  settings.sticky_keys.clear();
  ReadContext context(diagnostics);
  const Result<YamlFile, Diagnostic> file = parse_yaml(path, text);
  if (file) {
    read_file_settings(*file, context, settings);
  } else {
    diagnostics.add(file.error());
  }
  read_environment(environment, context, settings);
  if (std::string missing = missing_for_managed_mode(settings); !missing.empty()) {
    context.error({std::make_shared<const std::string>(path), 0, 0}, "manage_haproxy",
                  std::move(missing));
  }
  add_table_defaults(settings);
  if (settings.sticky_keys.empty()) {
    settings.sticky_keys = (std::filesystem::path(settings.state) / "sticky.keys").string();
  }
  return settings;
}

Settings read_settings(const std::string& path, const Environment& environment,
                       Diagnostics& diagnostics) {
  const Result<std::string> text = read_file_text(path, limits::kYamlFileBytes);
  if (!text) {
    diagnostics.error({std::make_shared<const std::string>(path), 0, 0}, "", "",
                      text.error().message);
    return default_settings();
  }
  return parse_settings(path, *text, environment, diagnostics);
}

}  // namespace pointsman::config
