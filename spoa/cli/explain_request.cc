#include "cli/explain_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "routing/raw_acl.h"

namespace pointsman::cli {
namespace {

using routing::equal_ignoring_case;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_token(std::string_view text) {  // RFC 9110 section 5.6.2
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint32_t> parse_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (port == 0 || port > 65535) return std::nullopt;
  return port;
}

}  // namespace

Result<RequestText> RequestText::make(const RequestOptions& options) {
  RequestText made;
  made.gateway_ = options.gateway;
  if (!is_token(options.method)) {
    return Error{fmt::format("--method '{}': wanted a method such as GET", options.method)};
  }
  made.method_ = options.method;
  if (!options.url.empty()) {
    const Outcome read = made.read_url(options.url);
    if (!read) return Error{fmt::format("--url '{}': {}", options.url, read.error().message)};
  }
  if (const Outcome read = made.read_headers(options); !read) return read.error();
  if (!options.src.empty()) {
    made.src_ = IpAddress::parse(options.src);
    if (!made.src_) {
      return Error{fmt::format("--src '{}': wanted an IPv4 or IPv6 address", options.src)};
    }
  }
  if (!options.sni.empty()) made.sni_ = options.sni;
  if (!options.port.empty()) {
    made.port_ = parse_port(options.port);
    if (!made.port_) {
      return Error{fmt::format("--port '{}': wanted a number from 1 to 65535", options.port)};
    }
  }
  for (const std::string& text : options.acls) {
    if (const auto fault = routing::fault_in_raw_acl(text)) {
      return Error{fmt::format("--acl '{}': {}", text, fault->message)};
    }
    made.acls_.push_back(routing::raw_acl_name(text));
  }
  return made;
}

Outcome RequestText::read_url(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](char c) { return is_control(c) || c == ' '; })) {
    return Error{"a URL holds no blanks or control characters; write %20 for a blank"};
  }
  url = url.substr(0, url.find('#'));  // a fragment is not sent
  if (!url.starts_with('/')) {
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos) {
      return Error{"wanted http://HOST/PATH, https://HOST/PATH or /PATH"};
    }
    scheme_ = std::string(url.substr(0, colon));
    std::transform(scheme_.begin(), scheme_.end(), scheme_.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (scheme_ != "http" && scheme_ != "https") {
      return Error{fmt::format("scheme '{}', wanted http or https", scheme_)};
    }
    url.remove_prefix(colon + 3);
    const std::string_view authority = url.substr(0, url.find_first_of("/?"));
    if (Outcome read = read_authority(authority); !read) return read;
    url.remove_prefix(authority.size());
  }
  const std::size_t question = url.find('?');
  path_ = std::string(url.substr(0, question));
  if (path_.empty()) path_ = "/";
  if (question != std::string_view::npos) query_ = std::string(url.substr(question + 1));
  return Done{};
}

Outcome RequestText::read_authority(std::string_view authority) {
  if (authority.empty()) return Error{"the host is missing"};
  if (authority.find('@') != std::string_view::npos) {
    return Error{"user names in a URL are not sent to servers; leave the part before '@' out"};
  }
  host_ = std::string(authority);
  std::string_view name = authority;
  std::string_view port;
  bool has_port = false;
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return Error{"']' is missing in the host"};
  if (const std::size_t colon = authority.find(':', bracket); colon != std::string_view::npos) {
    name = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    has_port = true;
  }
  if (name.empty()) return Error{"the host is missing"};
  port_ = scheme_ == "https" ? 443 : 80;
  if (has_port) port_ = parse_port(port);
  if (!port_) return Error{fmt::format("port '{}', wanted a number from 1 to 65535", port)};
  // RFC 6066 section 3: a literal address is not sent as server name.
  const bool literal = name.starts_with('[') || IpAddress::parse(name);
  if (over_tls() && !literal) sni_ = std::string(name);
  return Done{};
}

Outcome RequestText::read_headers(const RequestOptions& options) {
  bool has_host = false;
  ByteBuffer given;
  for (const std::string& line : options.headers) {
    const std::size_t colon = line.find(':');
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (colon == std::string::npos || !is_token(name)) {
      return Error{fmt::format("-H '{}': wanted 'Name: value'", line)};
    }
    const std::string_view value = trimmed(std::string_view(line).substr(colon + 1));
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return is_control(c) && c != '\t'; })) {
      return Error{fmt::format("-H '{}': a header's value holds no control characters", line)};
    }
    if (equal_ignoring_case(name, "host")) {
      has_host = true;
      host_ = std::string(value);
    }
    routing::append_header(given, name, value);
  }
  if (!has_host && !host_.empty()) routing::append_header(headers_, "host", host_);
  headers_.insert(headers_.end(), given.begin(), given.end());
  std::string cookies;
  for (const std::string& cookie : options.cookies) {
    const std::size_t equals = cookie.find('=');
    const bool clean = std::none_of(cookie.begin(), cookie.end(),
                                    [](char c) { return is_control(c) || c == ';'; });
    if (equals == std::string::npos || equals == 0 || !clean) {
      return Error{fmt::format("--cookie '{}': wanted 'name=value'", cookie)};
    }
    if (!cookies.empty()) cookies += "; ";
    cookies += cookie;
  }
  if (!cookies.empty()) routing::append_header(headers_, "cookie", cookies);
  routing::end_headers(headers_);
  return Done{};
}

routing::Request RequestText::view() const {
  routing::Request request;
  if (gateway_) request.gateway = *gateway_;
  request.method = method_;
  request.scheme = scheme_;
  request.host = host_;
  request.path = path_;
  request.query = query_;
  request.sni = sni_;
  request.src = src_;
  request.port = port_;
  request.headers = routing::HeaderBlock(headers_);
  acl_facts_.clear();
  for (const std::string& name : acls_) acl_facts_.push_back({name, true});
  request.raw_acls = acl_facts_;
  return request;
}

}  // namespace pointsman::cli
