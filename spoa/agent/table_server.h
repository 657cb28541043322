// Serves the current table to HAProxy's bridges (docs/formats/bridge.md): listeners and one thread
// of their own, so that nothing here can delay a decision. Who connects by a unix socket, or shows
// a client certificate, gets the table with the keys of sticky tokens; everybody else gets it
// without. Started and stopped by the composition root (cli/agent).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "agent/bridge_book.h"
#include "agent/bridge_session.h"
#include "base/listen_address.h"
#include "base/result.h"
#include "net/connection.h"
#include "net/tls_credentials.h"

namespace pointsman::agent {

struct TableServerOptions {
  std::vector<ListenAddress> listen = {};
  unsigned socket_mode = 0660;
  std::string socket_owner = {};  // "user:group", either may be missing; empty: ours
  std::size_t connections = limits::kBridges;
  net::ConnectionLimits connection = {};  // shorter in tests
  std::chrono::milliseconds poke_interval = limits::kBridgePoke;
};

// What one publication is made of.
struct TableEdition {
  std::shared_ptr<const routing::RouteTable> table;
  std::shared_ptr<const TableDocument> with_keys;
  std::shared_ptr<const TableDocument> without_keys;
};

class TableServer {
 public:
  // Binds every listener and starts the thread.
  static Result<std::unique_ptr<TableServer>> start(TableServerOptions options);
  virtual ~TableServer() = default;  // stops at once

  virtual std::vector<ListenAddress> addresses() const = 0;
  // Of the listeners with TLS; reloading them is the composition root's.
  virtual std::vector<std::shared_ptr<net::TlsCredentials>> credentials() const = 0;
  // Takes effect soon, also for bridges that wait for news.
  virtual void publish(TableEdition edition) = 0;
  // Writes what is worth a line since the last call; call it every limits::kBridgePoke or so.
  virtual void log_news(std::chrono::steady_clock::time_point now) = 0;
  virtual BridgeReport bridges() const = 0;
  // Stops accepting, ends each connection once it is quiet, at the latest at `deadline`, and logs
  // what bridges decided that no line has told yet.
  virtual void drain(std::chrono::milliseconds deadline) = 0;
};

}  // namespace pointsman::agent
