// What a running agent knows of services by reading: the services files, the gateways' own
// instances, and from both the names that DNS is asked for. Lives on the main thread; the
// registry's keeper gets what is good.
#pragma once

#include <set>
#include <string>

#include "cli/gateway_services.h"
#include "cli/registry_keeper.h"
#include "config/service_files.h"
#include "discovery/discoverer.h"

namespace pointsman::cli {

class ServiceSources {
 public:
  ServiceSources(const config::Settings& settings, RegistryKeeper& keeper);

  void reload(const config::IsUnfinished& is_unfinished = nullptr);
  void take_gateways(const routing::RouteTable& table);
  void start_discovery();  // what is to be found by DNS, from now on

 private:
  void set_targets();
  void log_diagnostics(Diagnostics& diagnostics);

  const std::string path_;
  RegistryKeeper& keeper_;
  config::ServiceStore store_;
  std::vector<discovery::Target> of_gateways_;
  std::vector<discovery::Target> of_files_;
  std::set<std::string> logged_;  // each fault is told once while it stands
  std::unique_ptr<discovery::Discoverer> discoverer_;
};

}  // namespace pointsman::cli
