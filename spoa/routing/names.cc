#include "routing/names.h"

#include <algorithm>

#include "base/limits.h"
#include "routing/request.h"

namespace pointsman::routing {
namespace {

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

bool is_in_address(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view(".:-_[]").find(c) != std::string_view::npos;
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
  const bool is_address = name.size() > 2 && name.front() == '[' && name.back() == ']' &&
                          std::all_of(name.begin(), name.end(), is_in_address);
  return is_address ? fault_in_size(name) : fault_in_name(name);
}

std::optional<std::string> fault_in_query_name(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  if (has_blank_or_control(name)) return "a query parameter has no blanks or control characters";
  return std::nullopt;
}

std::optional<std::string> fault_in_backend_name(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.' && c != ':') {
      return "a backend's name consists of letters, digits and '-', '_', '.', ':'";
    }
  }
  return std::nullopt;
}

std::optional<std::string> fault_in_virtual_host(std::string_view host, std::string& normalized) {
  if (host.empty()) return "a virtual host must not be empty";
  if (host.size() > limits::kHostBytes) {
    return "the virtual host has " + std::to_string(host.size()) + " bytes, at most " +
           std::to_string(limits::kHostBytes) + " are allowed";
  }
  if (has_blank_or_control(host) || host.find('/') != std::string_view::npos) {
    return "a virtual host is a host name: no blanks, control characters or '/'";
  }
  normalized = "*";
  if (host == "*") return std::nullopt;

  const bool wildcard = host.starts_with("*.");
  const std::string_view name = wildcard ? host.substr(2) : host;
  if (name.find('*') != std::string_view::npos) {
    return "'*' stands alone or for the first labels of a name, as in *.example.com";
  }
  std::string buffer;
  const std::string_view compared = normalize_host(name, buffer);
  if (compared.empty() || compared.front() == '.') return "the virtual host has an empty label";
  const std::size_t dots = name.back() == '.' ? 1 : 0;
  if (compared.size() + dots < name.size()) return "a virtual host is written without a port";
  std::string again;  // what is compared stays what it is: "a..", "a:." and the like don't
  if (normalize_host(compared, again) != compared) return "the virtual host ends with '.' or ':'";
  normalized = (wildcard ? "*." : "") + std::string(compared);
  return std::nullopt;
}

std::optional<std::string> fault_in_token(std::string_view name) {
  if (auto fault = fault_in_size(name)) return fault;
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && kSymbols.find(c) == std::string_view::npos) {
      return "the name may consist of letters, digits and " + std::string(kSymbols);
    }
  }
  return std::nullopt;
}

std::optional<std::string> fault_in_cookie_attribute(std::string_view value) {
  const bool good = std::all_of(value.begin(), value.end(),
                                [](char c) { return c >= 0x20 && c < 0x7F && c != ';'; });
  if (value.size() > limits::kCookieAttributeBytes) {
    return "has at most " + std::to_string(limits::kCookieAttributeBytes) + " bytes";
  }
  if (good) return std::nullopt;
  return "must be printable ASCII without ';'";
}

std::optional<std::string> fault_in_epoch(std::string_view epoch) {
  if (!epoch.empty() && epoch.size() <= limits::kNameBytes &&
      std::all_of(epoch.begin(), epoch.end(), is_digit)) {
    return std::nullopt;
  }
  return "an epoch is a decimal number";
}

}  // namespace pointsman::routing
