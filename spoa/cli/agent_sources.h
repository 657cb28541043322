// What a running agent reads: gateways and sticky keys. Reads them at start and on each reload,
// logs what is wrong, and publishes what is good: a faulty source changes nothing. Lives on the
// main thread; workers see it only through the published values.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/key_ring.h"
#include "base/published.h"
#include "base/result.h"
#include "config/gateway_store.h"
#include "config/settings.h"

namespace pointsman::cli {

class AgentSources {
 public:
  explicit AgentSources(const config::Settings& settings);

  // Before all others: takes the table of an earlier agent from the state folder, where there is a
  // good one, for what can't be read.
  void remember_table();
  Outcome start_keys();  // makes the key file where there is none
  // A file that is being written is left alone: its change is seen when it is closed. Both tell
  // whether keys were published.
  bool reload_keys(const config::IsUnfinished& is_unfinished = nullptr);
  bool reload_keys_if_changed(const config::IsUnfinished& is_unfinished = nullptr);
  // Whether another table was published, or the first that counts (has_table()).
  bool reload_gateways(const config::IsUnfinished& is_unfinished = nullptr);
  // Frees tables that no worker reads any more; whether some are left.
  bool free_superseded();

  // False while nothing good could be read and nothing is remembered: bridges that have a table
  // have a better one.
  bool has_table() const { return has_table_; }
  // Gateways that are served as the state folder has them: without what only HAProxy's
  // configuration needs, their instances say.
  const std::set<std::string>& remembered() const { return remembered_; }
  const Published<routing::RouteTable>& table() const { return table_; }
  const Published<agent::KeyRing>& keys() const { return keys_; }

 private:
  bool load_keys(std::string text);
  void log_load(const config::Load& load) const;
  void log_diagnostics(const Diagnostics& diagnostics);

  const std::string gateways_path_;
  const std::string keys_path_;
  const std::string table_path_;
  std::string remembered_from_;  // "FILE, generation 7 of 2026-11-25T10:00:00Z"
  std::vector<agent::StickyKey> remembered_keys_;
  config::GatewayStore store_;
  Published<routing::RouteTable> table_;
  Superseded<routing::RouteTable> superseded_;
  Published<agent::KeyRing> keys_;
  bool has_table_ = false;
  std::set<std::string> remembered_;
  std::string key_text_;            // what was last published, to tell a change
  std::set<std::string> warnings_;  // of the last reload: each is logged once while it stands
};

}  // namespace pointsman::cli
