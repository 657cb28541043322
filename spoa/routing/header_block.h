// The request's headers as HAProxy sends them (`req.hdrs_bin`): name and value, each a varint
// length and bytes, ended by a pair of empty texts. Read in place, lazily: nothing is copied or
// indexed. A block that lies about its lengths ends where it stops making sense.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/wire_cursor.h"

namespace pointsman::routing {

// ASCII only, as RFC 9110 section 5.1 wants for field names.
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);

class HeaderBlock {
 public:
  HeaderBlock() = default;
  explicit HeaderBlock(Bytes encoded) : encoded_(encoded) {}

  // Calls visit(value) for each header of that name, in order, until it returns true ("found").
  template <class Visit>  // bool(std::string_view value)
  bool any_value(std::string_view name, Visit&& visit) const {
    WireCursor cursor(encoded_);
    while (!cursor.at_end()) {
      const std::string_view header = cursor.text();
      const std::string_view value = cursor.text();
      if (!cursor.ok() || header.empty()) return false;
      if (equal_ignoring_case(header, name) && visit(value)) return true;
    }
    return false;
  }

  // Calls visit(value) for each cookie of that name (case-sensitive) in all Cookie headers, RFC
  // 6265 section 5.4: pairs split at ';', blanks around them dropped, a pair of double quotes
  // around the value kept as received.
  template <class Visit>  // bool(std::string_view value)
  bool any_cookie(std::string_view name, Visit&& visit) const {
    return any_value("cookie", [&](std::string_view line) {
      while (!line.empty()) {
        const auto [cookie_name, cookie_value] = take_cookie(line);
        if (cookie_name == name && visit(cookie_value)) return true;
      }
      return false;
    });
  }

 private:
  // Takes the first pair off the line.
  static std::pair<std::string_view, std::string_view> take_cookie(std::string_view& line);

  Bytes encoded_;
};

// Calls visit(value) for each parameter of that name in a query string, not decoded.
template <class Visit>  // bool(std::string_view value)
bool any_query_parameter(std::string_view query, std::string_view name, Visit&& visit) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    if (visit(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1))) {
      return true;
    }
  }
  return false;
}

// The inverse of HeaderBlock, for the command line and tests.
void append_header(ByteBuffer& out, std::string_view name, std::string_view value);
void end_headers(ByteBuffer& out);

}  // namespace pointsman::routing
