#include "config/manage_setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "config/value_syntax.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kFile = "FILE";

bool is_argument(std::string_view text) { return !has_control_character(text); }

bool is_line(std::string_view text) { return !text.empty() && !has_control_character(text); }

// A program and its arguments, as they are given to it: no shell reads them.
std::vector<std::string> read_command(const YamlField& field, std::string_view wanted) {
  if (field.node->kind != YamlNode::Kind::kSequence || field.node->items.empty()) {
    field.wanted(wanted);
    return {};
  }
  if (field.node->items.size() > limits::kCommandArguments) {
    field.error(fmt::format("found {} arguments, at most {} are allowed", field.node->items.size(),
                            limits::kCommandArguments));
    return {};
  }
  std::vector<std::string> command;
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const auto text = read_text_if(field.item(i), "an argument", i == 0 ? is_line : is_argument);
    if (!text) return {};
    command.push_back(*text);
  }
  return command;
}

void read_line(const YamlField& field, std::string_view wanted, std::string& value) {
  if (auto text = read_text_if(field, wanted, is_line)) value = std::move(*text);
}

void read_line_or_nothing(const YamlField& field, std::string_view wanted, std::string& value) {
  if (auto text = read_text_if(field, wanted, is_argument)) value = std::move(*text);
}

void read_port_bind(const YamlField& field, Settings& settings) {
  const auto text = read_text_if(field, kPortBindWanted, is_line);
  if (!text) return;
  const auto bind = parse_port_bind(*text);
  if (!bind) return field.wanted(kPortBindWanted);
  if (!settings.manage_haproxy.port_binds.insert(*bind).second) {
    field.error(fmt::format("port {} stands here twice", bind->first));
  }
}

}  // namespace

void read_manage_check(const YamlField& field, Settings& settings) {
  constexpr std::string_view kWanted = "a list like [haproxy, -c, -f, FILE]";
  std::vector<std::string> command = read_command(field, kWanted);
  if (command.empty()) return;
  if (std::find(command.begin() + 1, command.end(), kFile) == command.end()) {
    return field.error("has no argument FILE, which stands for the file to check");
  }
  settings.manage_haproxy.check = std::move(command);
}

void read_manage_reload(const YamlField& field, Settings& settings) {
  std::vector<std::string> command =
      read_command(field, "a list like [systemctl, reload, haproxy]");
  if (!command.empty()) settings.manage_haproxy.reload = std::move(command);
}

void read_manage_chroot(const YamlField& field, Settings& settings) {
  read_line_or_nothing(field, "a folder, or nothing", settings.manage_haproxy.chroot);
}

void read_manage_user(const YamlField& field, Settings& settings) {
  read_line_or_nothing(field, "a user, or nothing", settings.manage_haproxy.user);
}

void read_manage_group(const YamlField& field, Settings& settings) {
  read_line_or_nothing(field, "a group, or nothing", settings.manage_haproxy.group);
}

void read_manage_log(const YamlField& field, Settings& settings) {
  read_line(field, "a target like '/dev/log local0'", settings.manage_haproxy.log);
}

void read_manage_port_bind(const YamlField& field, Settings& settings) {
  settings.manage_haproxy.port_binds.clear();
  if (field.node->kind != YamlNode::Kind::kSequence) return read_port_bind(field, settings);
  if (field.node->items.size() > limits::kListeners) {
    return field.error(fmt::format("found {} values, at most {} are allowed",
                                   field.node->items.size(), limits::kListeners));
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    read_port_bind(field.item(i), settings);
  }
}

void read_manage_demo(const YamlField& field, Settings& settings) {
  if (const auto demo = read_boolean(field)) settings.manage_haproxy.demo = *demo;
}

std::string missing_for_managed_mode(const Settings& settings) {
  const ManageHaproxySettings& managed = settings.manage_haproxy;
  const bool reloads = !managed.master.empty() || !managed.reload.empty();
  if (managed.folder.empty() && !reloads) return {};
  if (managed.folder.empty()) return "lacks `folder`, where HAProxy's configuration is written";
  return reloads ? "" : "lacks `master` or `reload`: how HAProxy is told of its new configuration";
}

}  // namespace pointsman::config
