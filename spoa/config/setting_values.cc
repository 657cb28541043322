#include "config/setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/ip_address.h"
#include "base/limits.h"
#include "config/listen_values.h"
#include "config/value_syntax.h"
#include "routing/header_block.h"

namespace pointsman::config {
namespace {

constexpr std::array<std::string_view, 6> kLogLevels{"trace",   "debug", "info",
                                                     "warning", "error", "off"};
constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};

std::optional<std::uint64_t> parse_octal_mode(std::string_view text) {
  std::uint64_t mode = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, mode, 8);
  const bool sized = text.size() >= 3 && text.size() <= 4;
  return sized && failure == std::errc() && stop == end && mode <= 0777 ? std::optional(mode)
                                                                        : std::nullopt;
}

bool is_owner_name(std::string_view text) {
  return !text.starts_with('-') && !text.empty() && text.size() <= limits::kNameBytes &&
         is_backend_name(text) && text.find(':') == std::string_view::npos;
}

bool is_socket_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_owner_name(text);
  return is_owner_name(text.substr(0, colon)) && is_owner_name(text.substr(colon + 1));
}

void read_socket_mode(const YamlField& field, unsigned& mode) {
  const auto given = read_parsed(field, "an octal mode like 0660", parse_octal_mode);
  if (given) mode = static_cast<unsigned>(*given);
}

void read_socket_owner(const YamlField& field, std::string& owner) {
  const auto text =
      read_text_if(field, "an owner like haproxy or haproxy:haproxy", is_socket_owner);
  if (text) owner = *text;
}

bool is_message_name(std::string_view text) { return is_backend_name(text); }

bool is_loopback(const ListenAddress& address) {
  const auto parsed = IpAddress::parse(address.host);
  return parsed && (IpNetwork::parse("127.0.0.0/8")->contains(*parsed) ||
                    IpNetwork::parse("::1")->contains(*parsed));
}

bool is_advertised(std::string_view text) { return is_address(text) || is_host_name(text); }

// It becomes part of an argument's name, and that takes no other characters.
bool is_sent_header(std::string_view text) {
  return text.size() <= limits::kArgumentNameBytes - std::string_view("header_").size() &&
         is_backend_name(text) && text.find_first_of(".:") == std::string_view::npos;
}

}  // namespace

std::vector<ListenAddress> default_spop_listen() {
  ListenAddress socket;
  socket.kind = ListenAddress::Kind::kUnix;
  socket.path = "/var/lib/haproxy/pointsman/spop.sock";
  ListenAddress loopback;
  loopback.host = "127.0.0.1";
  loopback.port = 9012;
  return {socket, loopback};
}

std::vector<ListenAddress> default_admin_listen() {
  ListenAddress loopback;
  loopback.host = "127.0.0.1";
  loopback.port = 9014;
  return {loopback};
}

void add_table_defaults(Settings& settings) {
  TableSettings& table = settings.table;
  if (table.socket_owner.empty()) table.socket_owner = settings.spop.socket_owner;
  if (table.listen_given) return;
  table.listen.clear();
  for (const ListenAddress& address : settings.spop.listen) {
    if (address.kind != ListenAddress::Kind::kUnix) continue;
    ListenAddress& socket = table.listen.emplace_back(address);
    socket.path = (std::filesystem::path(address.path).parent_path() / "table.sock").string();
    return;
  }
}

void read_path(const YamlField& field, const Settings& settings, std::string& path) {
  const auto text = read_text_if(field, "a path", [](std::string_view t) { return !t.empty(); });
  if (text) path = beside_settings(settings, *text);
}

void read_virtual_host_domain(const YamlField& field, Settings& settings) {
  const auto is_domain = [](std::string_view text) { return text.empty() || is_host_name(text); };
  const auto text = read_text_if(field, "a domain like example.internal", is_domain);
  if (text) settings.virtual_host_domain = *text;
}

void read_spop_listen(const YamlField& field, Settings& settings) {
  if (field.node->kind == YamlNode::Kind::kSequence && field.node->items.empty()) {
    field.error(fmt::format("found an empty list, wanted {}", kListenWanted));
    return;
  }
  std::vector<ListenAddress> listen = read_listeners(field, settings);
  if (!listen.empty()) settings.spop.listen = std::move(listen);
}

void read_spop_workers(const YamlField& field, Settings& settings) {
  const std::string wanted = fmt::format("auto, or a number from 1 to {}", limits::kWorkers);
  const auto text = read_text(field, wanted);
  if (!text) return;
  if (*text == "auto") {
    settings.spop.workers = 0;
    return;
  }
  const auto number =
      field.node->quoted ? std::nullopt : parse_whole_number(*text, limits::kWorkers);
  if (number && *number > 0) {
    settings.spop.workers = static_cast<unsigned>(*number);
  } else {
    field.wanted(wanted);
  }
}

void read_spop_message(const YamlField& field, Settings& settings) {
  const auto text =
      read_text_if(field, "a message's name (letters, digits, - _ . :)", is_message_name);
  if (text) settings.spop.message = *text;
}

void read_spop_max_frame_size(const YamlField& field, Settings& settings) {
  const auto number = read_number(field, limits::kFrameSizeMin, limits::kFrameSizeMax);
  if (number) settings.spop.max_frame_size = static_cast<std::uint32_t>(*number);
}

void read_spop_socket_mode(const YamlField& field, Settings& settings) {
  read_socket_mode(field, settings.spop.socket_mode);
}

void read_spop_socket_owner(const YamlField& field, Settings& settings) {
  read_socket_owner(field, settings.spop.socket_owner);
}

void read_table_listen(const YamlField& field, Settings& settings) {
  settings.table.listen = read_listeners(field, settings);
  settings.table.listen_given = true;
}

void read_table_socket_mode(const YamlField& field, Settings& settings) {
  read_socket_mode(field, settings.table.socket_mode);
}

void read_table_socket_owner(const YamlField& field, Settings& settings) {
  read_socket_owner(field, settings.table.socket_owner);
}

void read_admin_listen(const YamlField& field, Settings& settings) {
  settings.admin.listen = read_addresses(field, settings);
  settings.admin.listen_given = true;
  for (const ListenAddress& address : settings.admin.listen) {
    if (address.kind == ListenAddress::Kind::kUnix || is_loopback(address)) continue;
    field.error(
        fmt::format("{} is no loopback address: this listener has no TLS, wanted 127.0.0.1:PORT, "
                    "[::1]:PORT or unix:PATH",
                    address.to_text()));
  }
}

void read_admin_socket_mode(const YamlField& field, Settings& settings) {
  read_socket_mode(field, settings.admin.socket_mode);
}

void read_admin_socket_owner(const YamlField& field, Settings& settings) {
  read_socket_owner(field, settings.admin.socket_owner);
}

void read_registry_keep_last(const YamlField& field, Settings& settings) {
  const auto given = read_parsed(field, "a duration like 5m", parse_duration);
  if (given) settings.registry_keep_last = *given;
}

void read_advertise(const YamlField& field, Settings& settings) {
  constexpr std::string_view kWanted = "an address or host name";
  settings.advertise.clear();
  const auto add = [&](const YamlField& item) {
    auto text = read_text_if(item, kWanted, is_advertised);
    if (text) settings.advertise.push_back(std::move(*text));
  };
  if (field.node->kind == YamlNode::Kind::kNull) return;
  if (field.node->kind != YamlNode::Kind::kSequence) return add(field);
  if (field.node->items.size() > limits::kListeners) {
    return field.error(fmt::format("found {} addresses, at most {} are allowed",
                                   field.node->items.size(), limits::kListeners));
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) add(field.item(i));
}

void read_spoe_headers(const YamlField& field, Settings& settings) {
  if (field.node->kind != YamlNode::Kind::kSequence) {
    return field.wanted("a list of headers like [cookie, user-agent]");
  }
  if (field.node->items.size() > limits::kSentHeaders) {
    return field.error(fmt::format("found {} headers, at most {} are allowed",
                                   field.node->items.size(), limits::kSentHeaders));
  }
  std::vector<std::string>& headers = settings.spoe_headers.emplace();
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const YamlField item = field.item(i);
    const auto text = read_text_if(item, "a header's name (letters, digits, - _)", is_sent_header);
    if (!text) continue;
    std::string name = routing::to_lower(*text);
    if (std::find(headers.begin(), headers.end(), name) != headers.end()) {
      item.error(fmt::format("{} stands here twice", name));
    } else {
      headers.push_back(std::move(name));
    }
  }
}

void read_log_level(const YamlField& field, Settings& settings) {
  if (const auto level = read_choice(field, kLogLevels)) settings.log_level = kLogLevels[*level];
}

void read_log_format(const YamlField& field, Settings& settings) {
  if (const auto format = read_choice(field, kLogFormats)) {
    settings.log_format = *format == 1 ? LogFormat::kJson : LogFormat::kText;
  }
}

}  // namespace pointsman::config
