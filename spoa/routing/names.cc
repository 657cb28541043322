#include "routing/names.h"

#include <algorithm>

#include "base/limits.h"
#include "routing/header_block.h"

namespace pointsman::routing {
namespace {

constexpr std::size_t kHostNameBytes = 253;  // RFC 1035 section 2.3.4, in dotted form
constexpr std::size_t kLabelBytes = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_blank_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F;
}

bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_blank_or_control);
}

std::optional<std::string> fault_in_size(std::string_view name) {
  if (name.empty()) return "a name needs at least one character";
  if (name.size() > limits::kNameBytes) {
    return "a name has at most " + std::to_string(limits::kNameBytes) + " bytes";
  }
  return std::nullopt;
}

// HAProxy has no quoting that serves everywhere, and names stand everywhere in its configuration.
std::optional<std::string> fault_in_character(char c) {
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return "a name has no blanks";
  if (c < ' ' || c > '~') return "a name has printable ASCII characters only";
  if (std::string_view("()[]{}<>").find(c) != std::string_view::npos) {
    return "a name has no brackets";
  }
  if (std::string_view("'\"`\\").find(c) != std::string_view::npos) {
    return "a name has no quotes and no backslash";
  }
  if (std::string_view("#$%,").find(c) != std::string_view::npos) {
    return "a name has no '#', '$', '%' and ','";
  }
  return std::nullopt;
}

bool has_only(std::string_view text, std::string_view symbols) {
  return std::all_of(text.begin(), text.end(), [symbols](char c) {
    return is_letter(c) || is_digit(c) || symbols.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLabelBytes && text.front() != '-' && text.back() != '-' &&
         has_only(text, "-_");
}

}  // namespace

std::optional<std::string> fault_in_name(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  for (const char c : name) {
    if (auto fault = fault_in_character(c)) return fault;
  }
  const auto slashes = static_cast<std::size_t>(std::count(name.begin(), name.end(), '/'));
  if (slashes + 1 > limits::kGatewayNameSegments) {
    return "a name has at most " + std::to_string(limits::kGatewayNameSegments) +
           " segments between slashes";
  }
  if (name.front() == '/' || name.back() == '/' || name.find("//") != std::string_view::npos) {
    return "a segment of a name, between slashes, is not empty";
  }
  return std::nullopt;
}

std::optional<std::string> fault_in_route_name(std::string_view name) {
  const bool is_address =
      name.size() > 2 && name.front() == '[' && name.back() == ']' && has_only(name, ".:-_[]");
  return is_address ? fault_in_size(name) : fault_in_name(name);
}

std::optional<std::string> fault_in_query_name(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  if (has_blank_or_control(name)) return "a query parameter has no blanks or control characters";
  return std::nullopt;
}

std::optional<std::string> fault_in_backend_name(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  if (has_only(name, "-_.:")) return std::nullopt;
  return "a backend's name consists of letters, digits and '-', '_', '.', ':'";
}

std::optional<std::string> fault_in_host_name(std::string_view name) {
  if (name.size() > kHostNameBytes) return "a host name has at most 253 bytes";
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) {
      return "a host name consists of labels of letters, digits, '-' and '_' between dots";
    }
    if (dot == std::string_view::npos) return std::nullopt;
    name.remove_prefix(dot + 1);
  }
}

std::optional<std::string> fault_in_virtual_host(std::string_view host, std::string& normalized) {
  if (host.size() > limits::kHostBytes) {
    return "the virtual host has " + std::to_string(host.size()) + " bytes, at most " +
           std::to_string(limits::kHostBytes) + " are allowed";
  }
  normalized = "*";
  if (host == "*") return std::nullopt;
  const bool wildcard = host.starts_with("*.");
  std::string_view name = wildcard ? host.substr(2) : host;
  if (name.find('*') != std::string_view::npos) {
    return "'*' stands alone or for the first labels of a name, as in *.example.com";
  }
  if (name.find(':') != std::string_view::npos) return "a virtual host is written without a port";
  if (name.ends_with('.')) name.remove_suffix(1);
  if (auto fault = fault_in_host_name(name)) return fault;
  normalized = (wildcard ? "*." : "") + to_lower(name);
  return std::nullopt;
}

std::optional<std::string> fault_in_token(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  if (has_only(name, kSymbols)) return std::nullopt;
  return "the name may consist of letters, digits and " + std::string(kSymbols);
}

std::optional<std::string> fault_in_cookie_path(std::string_view path) {
  if (!path.starts_with('/')) return "must start with '/'";
  if (auto fault = fault_in_size(path)) return fault;
  const bool good = std::all_of(path.begin(), path.end(), [](char c) {
    return c > ' ' && c <= '~' && std::string_view(";,\"'\\").find(c) == std::string_view::npos;
  });
  if (good) return std::nullopt;
  return "must be printable ASCII without blanks, quotes, backslashes, ',' and ';'";
}

std::optional<std::string> fault_in_epoch(std::string_view epoch) {
  if (!epoch.empty() && epoch.size() <= limits::kNameBytes &&
      std::all_of(epoch.begin(), epoch.end(), is_digit)) {
    return std::nullopt;
  }
  return "an epoch is a decimal number";
}

}  // namespace pointsman::routing
