// The agent's admin listener: its sockets, its tokens, and the API behind them. Where the settings
// name no listener, the default one is for convenience: a port that is taken is a warning.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "base/published.h"
#include "config/settings.h"

namespace pointsman::cli {

class AdminListener {
 public:
  AdminListener(const config::AdminSettings& settings, api::Control& control);

  Outcome start();       // tokens and sockets
  void reload_tokens();  // those of before stay where the file is faulty
  const std::vector<ListenAddress>& addresses() const { return addresses_; }

 private:
  const config::AdminSettings settings_;
  Published<api::TokenBook> tokens_;
  const api::AdminApi api_;
  std::vector<ListenAddress> addresses_;
  std::unique_ptr<api::HttpServer> server_;  // last: its threads use the others
};

}  // namespace pointsman::cli
