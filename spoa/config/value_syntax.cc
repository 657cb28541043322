#include "config/value_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/ip_address.h"
#include "routing/names.h"

namespace pointsman::config {
namespace {

constexpr std::chrono::hours kLongestDuration{24 * 3650};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end || number > max) return std::nullopt;
  return number;
}

std::optional<std::uint32_t> parse_percentage(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  text = trimmed(text);
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const bool has_fraction = dot < text.size();
  const std::string_view fraction = has_fraction ? text.substr(dot + 1) : std::string_view();
  if (whole.size() > 3 || fraction.size() > 2) return std::nullopt;
  const auto units = parse_whole_number(whole, 100);
  const auto part =
      has_fraction ? parse_whole_number(fraction, 99) : std::optional{std::uint64_t{0}};
  if (!units || !part) return std::nullopt;
  const std::uint64_t share = *units * 100 + (fraction.size() == 1 ? *part * 10 : *part);
  if (share > 10000) return std::nullopt;
  return static_cast<std::uint32_t>(share);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::chrono::seconds unit{0};
  switch (text.back()) {
    case 's':
      unit = std::chrono::seconds(1);
      break;
    case 'm':
      unit = std::chrono::minutes(1);
      break;
    case 'h':
      unit = std::chrono::hours(1);
      break;
    case 'd':
      unit = std::chrono::hours(24);
      break;
    default:
      return std::nullopt;
  }
  const auto most = static_cast<std::uint64_t>(kLongestDuration / unit);
  const auto number = parse_whole_number(text.substr(0, text.size() - 1), most);
  if (!number || *number == 0) return std::nullopt;
  return unit * static_cast<std::int64_t>(*number);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_whole_number(text, std::numeric_limits<std::uint16_t>::max());
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::optional<HostAndPort> parse_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool is_v6 = host.find(':') != std::string_view::npos;
  if (is_v6 != bracketed || !(is_address(host) || is_host_name(host))) return std::nullopt;
  return HostAndPort{std::string(host), *port};
}

bool is_address(std::string_view text) { return IpAddress::parse(text).has_value(); }

std::optional<std::pair<std::uint16_t, std::string>> parse_port_bind(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto port = parse_port(text.substr(0, equals));
  if (!port || equals + 1 >= text.size()) return std::nullopt;
  return std::pair(*port, std::string(text.substr(equals + 1)));
}

bool is_host_name(std::string_view text) { return !routing::fault_in_host_name(text); }

bool is_virtual_host(std::string_view text) {
  std::string ignored;
  return !routing::fault_in_virtual_host(text, ignored);
}

bool is_http_token(std::string_view text) { return !routing::fault_in_token(text); }

bool is_cookie_path(std::string_view text) { return !routing::fault_in_cookie_path(text); }

bool is_backend_name(std::string_view text) { return !routing::fault_in_backend_name(text); }

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace pointsman::config
