// Keeps the DNS responder's zones current: built anew from each revision of the registry and each
// table, and published whole. What fails is a line in the log, and the agent goes on; without a
// revision nothing is published, and the responder is silent. Lives on the main thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "config/settings.h"
#include "dns/responder/responder.h"
#include "dns/zone_builder.h"
#include "registry/revision.h"
#include "routing/route_table.h"

namespace pointsman::cli {

// What the settings say of the zones, and what DNS sees of the table's gateways.
dns::ZoneSpec zone_spec(const config::Settings& settings, const routing::RouteTable& table);

// 32 hexadecimal digits, in a file that only its owner and group can read.
Result<std::array<std::uint8_t, 16>> read_cookie_secret(const std::string& path);

class ZoneKeeper {
 public:
  explicit ZoneKeeper(const config::Settings& settings);

  // Binds the listeners of the settings, if there are any. Where nothing of it was asked for, the
  // default one is left out with a warning when somebody else has its port.
  Outcome start();
  void update(const registry::Revision& revision, const routing::RouteTable& table);
  void drain(std::chrono::milliseconds deadline);

  const dns::Responder* responder() const { return responder_.get(); }  // null: off

 private:
  void log_left_out(const std::vector<std::string>& left_out);

  const config::Settings settings_;
  Published<dns::Zones> zones_;
  Superseded<dns::Zones> superseded_;
  std::vector<std::string> left_out_;  // of the last zones: told once while it stands
  std::unique_ptr<dns::Responder> responder_;
};

}  // namespace pointsman::cli
