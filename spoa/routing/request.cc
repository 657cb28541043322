#include "routing/request.h"

namespace pointsman::routing {
namespace {

constexpr std::string_view kDigits = "0123456789";

// An IPv6 literal keeps its brackets. Several colons without brackets are no host and port.
std::string_view without_port(std::string_view host) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  const std::size_t after = bracket == std::string_view::npos ? 0 : bracket + 1;
  const std::size_t colon = host.find(':', after);
  if (colon == std::string_view::npos || (after > 0 && colon != after)) return host;
  const bool digits = host.find_first_not_of(kDigits, colon + 1) == std::string_view::npos;
  return digits ? host.substr(0, colon) : host;
}

}  // namespace

std::string_view normalize_host(std::string_view host, std::string& buffer) {
  host = without_port(host);
  if (host.ends_with('.')) host.remove_suffix(1);
  buffer.assign(host);
  for (char& letter : buffer) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return buffer;
}

}  // namespace pointsman::routing
