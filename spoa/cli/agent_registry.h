// The agent's registry and all that feeds it: the keeper, the services files and DNS, the admin
// listener with its tokens, and the watches that reload files. Lives on the main thread.
#pragma once

#include <memory>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "cli/admin_listener.h"
#include "cli/registry_keeper.h"
#include "cli/reloader.h"
#include "cli/service_sources.h"
#include "config/settings.h"
#include "net/event_loop.h"

namespace pointsman::cli {

class AgentRegistry {
 public:
  // `own_listeners`: where the agent listens already; nobody may register these.
  AgentRegistry(net::EventLoop& loop, const config::Settings& settings,
                std::vector<ListenAddress> own_listeners);

  // With the first table. The error says which listener or token file is in the way.
  Outcome start(const routing::RouteTable& table);
  void take_gateways(const routing::RouteTable& table) { sources_.take_gateways(table); }
  void reload_now();
  void set_ready() { keeper_.set_ready(); }
  const std::vector<ListenAddress>& admin_addresses() const { return admin_.addresses(); }
  const Published<registry::Revision>& revisions() const { return keeper_.revisions(); }

 private:
  net::EventLoop& loop_;
  const config::Settings& settings_;
  std::vector<ListenAddress> own_listeners_;
  RegistryKeeper keeper_;
  ServiceSources sources_;
  AdminListener admin_;
  std::unique_ptr<Reloader> services_;
  std::unique_ptr<Reloader> tokens_;
};

}  // namespace pointsman::cli
