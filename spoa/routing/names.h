// Which texts may name things: gateways, routes, virtual hosts, cookies. Each function returns what
// is wrong with a name, or null when it is good. Names reach HAProxy's configuration, HTTP headers
// and hashes in which NUL separates, so they are checked once, at compile, and trusted afterwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pointsman::routing {

// Of a gateway or service, and mostly of a route: one to four segments joined by '/', of printable
// ASCII without what has a meaning in HAProxy's configuration: blanks, brackets, quotes and
// backslashes, '#', '$', '%', ','.
std::optional<std::string> fault_in_name(std::string_view name);

// A name, or "[host:port]".
std::optional<std::string> fault_in_route_name(std::string_view name);

// Of a query parameter, as written: no blanks and no control characters.
std::optional<std::string> fault_in_query_name(std::string_view name);

// What HAProxy takes as a backend's name: letters, digits and '-', '_', '.', ':'.
std::optional<std::string> fault_in_backend_name(std::string_view name);

// Labels of letters, digits, '-' and '_' between dots; so IPv4 addresses, too.
std::optional<std::string> fault_in_host_name(std::string_view name);

// A host name, perhaps with a dot at its end, "*.suffix" or "*"; `normalized` is the host or suffix
// in comparison form.
std::optional<std::string> fault_in_virtual_host(std::string_view host, std::string& normalized);

// A token by RFC 9110 section 5.6.2: header and cookie names.
std::optional<std::string> fault_in_token(std::string_view name);

// The value of a cookie's Path attribute (RFC 6265 section 4.1.1), and what HAProxy's configuration
// takes.
std::optional<std::string> fault_in_cookie_path(std::string_view path);

// Decimal digits.
std::optional<std::string> fault_in_epoch(std::string_view epoch);

}  // namespace pointsman::routing
