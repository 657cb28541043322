// What two gateways must not share: cookies, backends, ports on which nothing tells them apart, and
// room for raw ACLs.
// Used while a table is linked. Gateways come in their order; the later of two that clash is the
// one that the error names.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

class Clashes {
 public:
  explicit Clashes(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void check_cookie(const Gateway& gateway);
  // Routes may share a backend of the user's own; one that Pointsman names is one route's alone.
  void check_backends(const Gateway& gateway);
  // The Host header tells the http gateways of a port apart. One of them may be without virtual
  // hosts: it gets the requests of all other hosts. A tcp gateway has its port alone.
  void check_port(const Gateway& gateway, bool has_virtual_hosts);
  // All gateways have limits::kRawAcls distinct ones together, each with a name of its own.
  void check_raw_acls(const Gateway& gateway);

 private:
  struct Owner {
    const Gateway* gateway;
    const RouteSpec* route;
  };
  struct Port {
    const Gateway* first = nullptr;
    const Gateway* without_hosts = nullptr;
  };
  Diagnostics& diagnostics_;
  NameMap<const Gateway*> cookies_;
  NameMap<Owner> backends_;
  std::map<std::uint16_t, Port> ports_;
  std::map<std::string, std::string> raw_acls_;  // texts by name
};

// " (shop.yaml:4)", or nothing where no file is known.
std::string named_place(const SourcePlace& place);

}  // namespace pointsman::routing
