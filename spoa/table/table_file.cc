#include "table/table_file.h"

#include "base/file_text.h"
#include "base/limits.h"
#include "base/write_file.h"

namespace pointsman::table {

namespace {
constexpr mode_t kMode = 0640;
}

Outcome write_table_file(const std::string& path, Bytes document, const FileOwner& owner) {
  return write_file_as(path, as_text(document), kMode, owner);
}

Result<StoredTable> read_table_file(const std::string& path) {
  const auto text = read_file_text(path, limits::kTableBytes);
  if (!text) return Error{path + ": " + text.error().message};
  auto stored = read_table(as_bytes(*text));
  if (!stored) return Error{path + ": " + stored.error().message};
  return stored;
}

}  // namespace pointsman::table
