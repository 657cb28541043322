// A deployment on a machine that the test leads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fake_host.h"
#include "manage/deployment.h"

namespace pointsman::test {

using Steps = std::vector<std::string>;

inline const Steps kWhole = {"check", "rename haproxy.cfg.new", "reload"};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Fixture {
  bool bring(Gateways gateways) { return deployment->bring_to(*managed_table(gateways)); }
  // As a new process does, on the files that there are.
  void start_anew() { deployment.emplace(managed_options(), host); }

  FakeHost host;
  std::optional<manage::Deployment> deployment = manage::Deployment(managed_options(), host);
};

}  // namespace pointsman::test
