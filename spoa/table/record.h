// The table's records: length, check, payload (docs/formats/table.md), without a look at what the
// payloads say.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/wire_cursor.h"

namespace pointsman::table {

// What finds damage in the payload of the record with this index, 0 for the header.
std::uint32_t record_check(std::size_t index, Bytes payload);

void append_record(ByteBuffer& document, std::size_t index, Bytes payload);

// The payloads, which borrow from the document; or which record is cut, damaged or out of bounds.
Result<std::vector<Bytes>> split_records(Bytes document);

// "record 3: ..."
Error record_error(std::size_t index, std::string_view message);

}  // namespace pointsman::table
