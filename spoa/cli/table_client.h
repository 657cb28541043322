// An agent's table listener, as a client sees it: asks by the bridge's protocol
// (docs/formats/bridge.md) and gathers a whole table. Blocks, but never longer than
// limits::kTableClientWait without a byte.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "base/wire_cursor.h"
#include "net/tls_client.h"
#include "table/bridge_message.h"

namespace pointsman::cli {

struct FetchedTable {
  std::string id;
  ByteBuffer bytes;
};

class TableClient {
 public:
  // "unix:PATH", "HOST:PORT" or "tls:HOST:PORT"; the latter with `files`, and for an agent whose
  // certificate has `name`: where that is empty, HOST.
  static Result<TableClient> connect(const std::string& address,
                                     const net::TlsClientFiles& files = {},
                                     const std::string& name = "");

  // The current table where it is not the one called `have`; null where there is no news, which
  // takes up to a second. `generation` is of the table that the caller has.
  Result<std::optional<FetchedTable>> fetch(const std::string& have, std::uint64_t generation);

 private:
  explicit TableClient(FileDescriptor fd) : fd_(std::move(fd)) {}
  explicit TableClient(std::unique_ptr<net::TlsClient> tls) : tls_(std::move(tls)) {}

  Result<table::Answer> ask(const table::Question& question);
  Outcome send_all(Bytes bytes);
  Result<ByteBuffer> receive(std::size_t size);
  Result<std::size_t> receive_some(std::span<std::uint8_t> room);

  FileDescriptor fd_;
  std::unique_ptr<net::TlsClient> tls_;  // instead
};

}  // namespace pointsman::cli
