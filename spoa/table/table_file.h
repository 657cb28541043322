// The file with the table in the state folder: what a bridge begins with, and an agent whose
// sources can't be read. Written whole or not at all; readable for its owner and one group, since
// it holds the keys of sticky tokens.
#pragma once

#include <string>

#include "base/file_owner.h"
#include "base/result.h"
#include "base/wire_cursor.h"
#include "table/table_reader.h"

namespace pointsman::table {

Outcome write_table_file(const std::string& path, Bytes document, const FileOwner& owner);

// Errors name the path.
Result<StoredTable> read_table_file(const std::string& path);

}  // namespace pointsman::table
