// The small languages inside configuration values: percentages, durations, ports, names, host names
// and what may stand in a cookie. Pure functions from text; no places, no messages; names are
// judged by routing/names. What is accepted here is safe in HAProxy's configuration and in HTTP
// headers: no control characters, no quotes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pointsman::config {

// "5%", " 12.25 % " → 1/10,000 of the whole; 0 to 100 %.
std::optional<std::uint32_t> parse_percentage(std::string_view text);
// "30d", "24h", "15m", "10s"; 1 second to 10 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
// Digits only, at most `max`.
std::optional<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t max);
std::optional<std::uint16_t> parse_port(std::string_view text);  // 1 to 65535

inline constexpr std::string_view kPortBindWanted = "PORT=BIND, as 8080=127.0.0.1:18080";
std::optional<std::pair<std::uint16_t, std::string>> parse_port_bind(std::string_view text);

struct HostAndPort {
  std::string host;  // literal address without brackets, or a host name
  std::uint16_t port = 0;
};
// "10.0.0.7:8080", "[::1]:8080", "web.example.com:8080".
std::optional<HostAndPort> parse_host_and_port(std::string_view text);

bool is_host_name(std::string_view text);     // labels of letters, digits, - and _
bool is_address(std::string_view text);       // a literal IPv4 or IPv6 address
bool is_virtual_host(std::string_view text);  // host name, "*.host.name" or "*"
bool is_http_token(std::string_view text);    // RFC 9110 section 5.6.2: header and cookie names
bool is_cookie_path(std::string_view text);   // begins with /
bool is_backend_name(std::string_view text);  // as HAProxy takes them
bool has_control_character(std::string_view text);

}  // namespace pointsman::config
