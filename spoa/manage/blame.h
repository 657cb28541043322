// HAProxy's messages about a configuration → the gateways that they are about. HAProxy names a file
// and a line, and often a backend; whose backend that is, the table tells. Works for any text with
// sections in it, so also for one made from a template. Pure. What HAProxy writes is bounded by
// limits::kCommandOutputBytes, and taken for nothing but text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routing/route_table.h"

namespace pointsman::manage {

struct Refusal {
  std::string gateway;
  std::string message;  // HAProxy's own, with the line that it is about
  bool operator==(const Refusal&) const = default;
};

// `messages` are about `text`, which HAProxy read from a file whose path ends in `file`. Each
// gateway once, with its first message; none where a message could be about several.
std::vector<Refusal> find_blamed(std::string_view messages, std::string_view file,
                                 std::string_view text, const routing::RouteTable& table);

// Whether a backend of the gateway stands in the text.
bool has_backend_of(const routing::Gateway& gateway, std::string_view text);

// The messages without their times and counts, on one line: what to tell when nobody is to blame.
std::string summary(std::string_view messages);

}  // namespace pointsman::manage
