// What a running agent reads: gateways and sticky keys. Reads them at start and on each reload,
// logs what is wrong, and publishes what is good: a faulty source changes nothing. Lives on the
// main thread; workers see it only through the published values.
#pragma once

#include <set>
#include <string>

#include "agent/key_ring.h"
#include "base/published.h"
#include "base/result.h"
#include "config/gateway_store.h"
#include "config/settings.h"

namespace pointsman::cli {

class AgentSources {
 public:
  explicit AgentSources(const config::Settings& settings);

  Outcome start_keys();  // makes the key file where there is none
  void reload_keys();
  bool reload_gateways();  // whether another table was published

  const Published<routing::RouteTable>& table() const { return table_; }
  const Published<agent::KeyRing>& keys() const { return keys_; }

 private:
  void log_diagnostics(const Diagnostics& diagnostics);

  const std::string gateways_path_;
  const std::string keys_path_;
  config::GatewayStore store_;
  Published<routing::RouteTable> table_;
  Published<agent::KeyRing> keys_;
  std::string key_text_;            // what was last published, to tell a change
  std::set<std::string> warnings_;  // of the last reload: each is logged once while it stands
};

}  // namespace pointsman::cli
