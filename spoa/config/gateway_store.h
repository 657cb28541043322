// Keeps the last good form of each gateway: every reload yields a whole, valid table in which a
// gateway that is faulty now stands as it last was, while the others take their new form. Lives on
// the thread that watches the sources; the tables that it makes are immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/gateway_files.h"
#include "routing/route_table.h"

namespace pointsman::config {

struct Load {
  std::shared_ptr<const routing::RouteTable> table;  // never null: perhaps without gateways
  std::vector<std::string> held;                     // faulty now, their last good form stands
  std::vector<std::string> missing;                  // faulty and without a good form: absent
  bool changed = false;                              // the table differs from the one before
};

class GatewayStore {
 public:
  explicit GatewayStore(std::string virtual_host_domain);

  Load load(const std::vector<GatewayFile>& files, Diagnostics& diagnostics);

 private:
  // by the implementer
};

}  // namespace pointsman::config
