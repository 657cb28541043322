// Gateways that HAProxy refuses. Its messages about a configuration name a line or a backend;
// render/line_owners.h knows whose that is. What HAProxy writes is bounded by
// limits::kExternalOutputBytes, and taken for nothing but text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::manage {

struct Refusal {
  std::string gateway;
  std::string message;  // with the place in the user's file; at most limits::kRefusalBytes
  bool operator==(const Refusal&) const = default;
};

Refusal to_refusal(const Diagnostic& error);
// Where no single line is known to be wrong.
Refusal refuse(const routing::Gateway& gateway, const std::string& message);

// `messages` are about `text`, which HAProxy read from the file at `path`. Each gateway once, with
// its first message; none where a message could be about several.
std::vector<Refusal> find_refused(std::string_view messages, const std::string& path,
                                  std::string_view text, const routing::RouteTable& table);

// The messages on one line, for when nobody is to blame.
std::string summary(std::string_view messages);

}  // namespace pointsman::manage
