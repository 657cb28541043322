// A table → its bytes, for the bridge and the state file. Format: docs/formats/table.md. The same
// table and keys always give the same bytes. table_reader reads them.
#pragma once

#include <span>

#include "base/result.h"
#include "base/wire_cursor.h"
#include "routing/route_table.h"
#include "routing/token_view.h"

namespace pointsman::table {

// Without `keys` (at most limits::kStickyKeys) for a receiver that is not trusted with them. The
// table's generation is at least 1. The error: the table has more than limits::kTableBytes.
Result<ByteBuffer> write_table(const routing::RouteTable& table,
                               std::span<const routing::StickyKey> keys);

}  // namespace pointsman::table
