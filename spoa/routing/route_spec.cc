#include "routing/route_spec.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace pointsman::routing {
namespace {

// ASCII by hand: the locale must not change a backend's name.
bool fits_backend_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

SourcePlace SpecText::place_of(std::size_t offset) const {
  SourcePlace found = place;
  std::size_t from = 0;
  const auto next =
      std::upper_bound(marks.begin(), marks.end(), offset,
                       [](std::size_t at, const TextMark& mark) { return at < mark.offset; });
  if (next != marks.begin()) {
    const TextMark& mark = *std::prev(next);
    found.line = mark.line;
    found.column = mark.column;
    from = mark.offset;
  }
  // Columns count characters: bytes that go on with one (RFC 3629 section 3) don't count.
  for (const char c : std::string_view(text).substr(std::min(from, text.size()), offset - from)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++found.column;
  }
  return found;
}

const std::string* service_of(const RouteSpec& route) {
  if (!route.instances.empty() || route.discover || route.backend || route.gateway) return nullptr;
  if (route.name.starts_with('[')) return nullptr;
  return route.service ? &route.service->text : &route.name;
}

std::string backend_name(const GatewaySpec& gateway, const RouteSpec& route) {
  if (route.backend) return route.backend->text;
  std::string name = gateway.name + "__" + route.name;
  for (char& c : name) {
    if (!fits_backend_name(c)) c = '-';
  }
  return name;
}

}  // namespace pointsman::routing
