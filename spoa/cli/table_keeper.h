// Keeps what others have of the agent's table current: bridges at once, by the TableServer, and the
// file in the state folder soon after, by a write of its own on the main thread, one for several
// publications that come close together. What fails is a line in the log, and the agent goes on.
#pragma once

#include <memory>
#include <string>

#include "agent/key_ring.h"
#include "agent/table_server.h"
#include "base/file_owner.h"
#include "config/settings.h"
#include "routing/route_table.h"

namespace pointsman::cli {

std::string table_file(const config::Settings& settings);  // <state>/table

class TableKeeper {
 public:
  explicit TableKeeper(const config::Settings& settings);

  // Binds the listeners of the settings, if there are any.
  Outcome start();
  // Makes it the current table, for bridges too.
  void publish(const std::shared_ptr<const routing::RouteTable>& table, const agent::KeyRing& keys);
  bool file_is_behind() const { return unwritten_ != nullptr; }
  void write_file();  // where it is behind; it still is when that failed

  agent::TableServer* server() const { return server_.get(); }  // null: off

 private:
  const config::TableSettings settings_;
  const std::string path_;
  bool has_bridges_without_keys_ = false;
  std::unique_ptr<agent::TableServer> server_;
  std::shared_ptr<const agent::TableDocument> unwritten_;
  std::string fault_;  // of the last write: told once while it stands
};

}  // namespace pointsman::cli
