// An agent's table listener, as a client sees it: asks by the bridge's protocol
// (docs/formats/bridge.md) and gathers a whole table. Blocks, but never longer than
// limits::kTableClientWait without a byte.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/wire_cursor.h"
#include "net/file_descriptor.h"
#include "table/bridge_message.h"

namespace pointsman::cli {

struct FetchedTable {
  std::string id;
  ByteBuffer bytes;
};

class TableClient {
 public:
  // "unix:PATH" or "HOST:PORT".
  static Result<TableClient> connect(const std::string& address);

  // The current table where it is not the one called `have`; null where there is no news, which
  // takes up to a second. `generation` is of the table that the caller has.
  Result<std::optional<FetchedTable>> fetch(const std::string& have, std::uint64_t generation);

 private:
  explicit TableClient(net::FileDescriptor fd) : fd_(std::move(fd)) {}

  Result<table::Answer> ask(const table::Question& question);
  Outcome send_all(Bytes bytes);
  Result<ByteBuffer> receive(std::size_t size);

  net::FileDescriptor fd_;
};

}  // namespace pointsman::cli
