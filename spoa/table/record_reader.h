// One record's payload → the part of a gateway's spec that it stands for (docs/formats/table.md).
// What several records say together is table_reader's to check.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/wire_cursor.h"
#include "routing/route_spec.h"
#include "routing/token_view.h"
#include "table/condition_program.h"

namespace pointsman::table {

struct Header {
  std::uint64_t generation = 0;
  std::uint64_t records = 0;  // that follow
  std::vector<routing::StickyKey> keys;
};

// A gateway without its hosts and routes, of which so many follow.
struct GatewayHead {
  routing::GatewaySpec spec;
  std::uint64_t hosts = 0;
  std::uint64_t routes = 0;
};

enum class RecordKind : std::uint8_t { kUnknown, kGateway, kHosts, kRoute };

// kUnknown: also where the payload is no map.
RecordKind kind_of(Bytes payload);

Result<Header> read_header(Bytes payload);
Result<GatewayHead> read_gateway(Bytes payload);
// Each in the form in which hosts are compared.
Result<std::vector<std::string>> read_hosts(Bytes payload);
// With the tags that its gateway, name and epoch give. `patterns` are the gateway's.
Result<routing::RouteSpec> read_route(Bytes payload, const routing::GatewaySpec& gateway,
                                      Patterns& patterns);

}  // namespace pointsman::table
