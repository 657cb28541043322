#include "routing/route_spec.h"

namespace pointsman::routing {
namespace {

// ASCII by hand: the locale must not change a backend's name.
bool fits_backend_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

std::string backend_name(const GatewaySpec& gateway, const RouteSpec& route) {
  if (route.backend) return route.backend->text;
  std::string name = gateway.name + "__" + route.name;
  for (char& c : name) {
    if (!fits_backend_name(c)) c = '-';
  }
  return name;
}

}  // namespace pointsman::routing
