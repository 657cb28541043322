// A table's bytes → gateways as if somebody had written them, for an agent that starts without its
// sources. All of it is checked before anything is built, also what only a bridge uses: records,
// types, ranges, the programs of conditions, and that each text gives the route the tags that it
// had. Format: docs/formats/table.md. table_writer writes it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/wire_cursor.h"
#include "routing/route_spec.h"
#include "routing/route_table.h"
#include "routing/token_view.h"

namespace pointsman::table {

struct StoredTable {
  std::uint64_t generation = 0;
  std::vector<routing::StickyKey> keys;  // empty: the table came without
  std::vector<routing::GatewaySpec> gateways;
};

// The error is one line: "record 3: …".
Result<StoredTable> read_table(Bytes document);

// Compiled and linked; the error is the first fault.
Result<std::shared_ptr<const routing::RouteTable>> link_table(const StoredTable& stored);

}  // namespace pointsman::table
