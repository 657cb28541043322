// Any bytes are read as a table or refused. Damage would always be found by the records' checks, so
// each whole record gets the right one first, and what it says is looked at. What is read, compiles
// and links is written, read and written again as the same bytes.
#include "base/limits.h"
#include "require.h"
#include "table/record.h"
#include "table/table_reader.h"
#include "table/table_writer.h"

using namespace pointsman;

namespace {

// The records with their checks made right; the rest as it is.
ByteBuffer mended(Bytes document) {
  ByteBuffer out;
  WireCursor cursor(document);
  for (std::size_t index = 0;; ++index) {
    const std::size_t start = cursor.offset();
    const std::uint32_t length = cursor.u32();
    cursor.u32();
    const Bytes payload = cursor.bytes(length);
    if (!cursor.ok() || payload.empty()) {
      append_bytes(out, document.subspan(start));
      return out;
    }
    table::append_record(out, index, payload);
  }
}

void check_message(const Error& error) {
  require(!error.message.empty() && error.message.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > limits::kTableRecordBytes) return 0;
  const auto stored = table::read_table(mended({data, size}));
  if (!stored) return check_message(stored.error()), 0;
  const auto linked = table::link_table(*stored);
  if (!linked) return check_message(linked.error()), 0;
  const auto document = table::write_table(**linked, stored->keys);
  require(static_cast<bool>(document));
  const auto again = table::read_table(*document);
  require(again && again->generation == stored->generation && again->keys == stored->keys);
  const auto relinked = table::link_table(*again);
  require(static_cast<bool>(relinked));
  require(*table::write_table(**relinked, again->keys) == *document);
  return 0;
}
