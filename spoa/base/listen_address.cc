#include "base/listen_address.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <charconv>

#include "base/ip_address.h"

namespace pointsman {

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  ListenAddress address;
  constexpr std::string_view kUnixPrefix = "unix:";
  if (text.starts_with(kUnixPrefix)) {
    address.kind = Kind::kUnix;
    address.path = text.substr(kUnixPrefix.size());
    if (address.path.empty()) return Error{"unix: needs a path behind it"};
    if (address.path.size() >= sizeof(sockaddr_un::sun_path)) {
      return Error{fmt::format("a unix socket's path has at most {} bytes",
                               sizeof(sockaddr_un::sun_path) - 1)};
    }
    return address;
  }
  const std::size_t colon = text.rfind(':');
  const std::string wanted = "wanted ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH";
  if (colon == std::string_view::npos) return Error{fmt::format("'{}': {}", text, wanted)};
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.host = host == "*" ? "::" : std::string(host);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  if (!IpAddress::parse(address.host) || (is_v6 && host != "*" && !bracketed)) {
    return Error{fmt::format("'{}': {}", text, wanted)};
  }
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (failure != std::errc() || end != digits.data() + digits.size()) {
    return Error{fmt::format("'{}': the port is not a number from 0 to 65535", text)};
  }
  return address;
}

std::string ListenAddress::to_text() const {
  if (kind == Kind::kUnix) return "unix:" + path;
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace pointsman
