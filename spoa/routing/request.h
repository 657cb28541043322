// The facts of one request that decisions depend on, as HAProxy handed them over. All views borrow
// from the frame (or the caller's strings) and die with the handler call. What was not sent is
// empty.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "routing/header_block.h"

namespace pointsman::routing {

// What HAProxy found an ACL of its own to be, see raw_acl.h.
struct RawAclFact {
  std::string_view name;
  bool holds = false;
};

struct Request {
  std::optional<std::string_view> gateway;  // named by the frontend
  std::string_view method;
  std::string_view scheme;
  std::string_view host;   // as received: perhaps with port, upper case, trailing dot
  std::string_view path;   // without query
  std::string_view query;  // without '?'
  std::string_view sni;
  std::optional<IpAddress> src;
  std::optional<std::uint32_t> port;  // dst_port
  HeaderBlock headers;
  std::span<const RawAclFact> raw_acls;
};

// Host comparison form (RFC 9110 section 4.2.3): port and one trailing dot removed, lower case. The
// view is into `buffer`, which is reused without allocating in steady state.
std::string_view normalize_host(std::string_view host, std::string& buffer);

}  // namespace pointsman::routing
