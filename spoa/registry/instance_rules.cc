#include "registry/instance_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace pointsman::registry {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_label_character(char c) { return is_lower_or_digit(c) || c == '-'; }

bool is_id_character(char c) {
  return is_lower_or_digit(c) || is_upper(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

std::optional<std::string> fault_in_label(std::string_view label, std::string_view what) {
  if (label.empty()) return fmt::format("{} is not empty", what);
  if (label.size() > limits::kServiceNameBytes) {
    return fmt::format("{} has at most {} bytes", what, limits::kServiceNameBytes);
  }
  if (label.front() == '-' || label.back() == '-') {
    return fmt::format("{} does not begin or end with '-'", what);
  }
  if (!std::all_of(label.begin(), label.end(), is_label_character)) {
    return fmt::format("{} consists of a to z, 0 to 9 and '-'", what);
  }
  return std::nullopt;
}

struct RefusedNetwork {
  std::string_view network;
  std::string_view what;
};

constexpr std::array kRefusedNetworks{
    RefusedNetwork{"127.0.0.0/8", "a loopback address"},
    RefusedNetwork{"::1", "a loopback address"},
    RefusedNetwork{"0.0.0.0/8", "an unspecified address"},
    RefusedNetwork{"::", "an unspecified address"},
    RefusedNetwork{"169.254.0.0/16", "a link-local address"},
    RefusedNetwork{"fe80::/10", "a link-local address"},
    RefusedNetwork{"224.0.0.0/4", "a multicast address"},
    RefusedNetwork{"ff00::/8", "a multicast address"},
    RefusedNetwork{"240.0.0.0/4", "a reserved or broadcast address"},
    // Other spellings of IPv4 addresses, which would lead around the networks above.
    RefusedNetwork{"::/96", "an IPv4-compatible address"},
    RefusedNetwork{"::ffff:0:0:0/96", "an IPv4-translated address"},
    RefusedNetwork{"64:ff9b::/96", "a NAT64 address"},
};

}  // namespace

std::optional<std::string> fault_in_service_name(std::string_view name) {
  return fault_in_label(name, "a service's name");
}

std::optional<std::string> fault_in_tag(std::string_view tag) {
  return fault_in_label(tag, "a tag");
}

std::optional<std::string> fault_in_instance_id(std::string_view id) {
  if (id.empty()) return "an instance's id is not empty";
  if (id.size() > limits::kInstanceIdBytes) {
    return fmt::format("an instance's id has at most {} bytes", limits::kInstanceIdBytes);
  }
  if (!std::all_of(id.begin(), id.end(), is_id_character)) {
    return "an instance's id consists of letters, digits and '-', '_', '.', ':'";
  }
  return std::nullopt;
}

std::string service_name_for(std::string_view name) {
  std::string service;
  for (char c : name) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    service += is_lower_or_digit(c) ? c : '-';
  }
  const std::size_t first = std::min(service.find_first_not_of('-'), service.size());
  return service.substr(first, service.find_last_not_of('-') + 1 - first);
}

std::string service_name_for(std::string_view gateway, std::string_view route) {
  const std::string of_gateway = service_name_for(gateway);
  std::string of_route = service_name_for(route);
  if (of_route == of_gateway || of_route.starts_with(of_gateway + "-")) return of_route;
  return of_gateway + "-" + of_route;
}

std::string default_instance_id(const IpAddress& address, std::uint16_t port) {
  return fmt::format("{}-{}", address.to_text(), port);
}

std::optional<std::string> fault_in_registered_address(const IpAddress& address) {
  for (const RefusedNetwork& refused : kRefusedNetworks) {
    if (IpNetwork::parse(refused.network)->contains(address)) return std::string(refused.what);
  }
  return std::nullopt;
}

}  // namespace pointsman::registry
