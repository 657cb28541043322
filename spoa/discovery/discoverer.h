// Polls names of DNS for services, each at its own pace, on a thread of its own, and reports what
// it finds. A poll that fails reports nothing: what was known stays known. Addresses that nobody
// may register (loopback and the like) are left out here, too.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "discovery/dns_lookup.h"
#include "registry/revision.h"

namespace pointsman::discovery {

struct Target {
  std::string service;
  std::string name;  // of DNS
  std::uint16_t port = 0;
  std::chrono::milliseconds every{2000};

  bool operator==(const Target&) const = default;
};

class Discoverer {
 public:
  // Called on the thread, for each poll that was answered.
  using Report = std::function<void(const std::string& service, const registry::Service& found)>;

  Discoverer(LookupOptions options, Report report);
  ~Discoverer();
  Discoverer(const Discoverer&) = delete;
  Discoverer& operator=(const Discoverer&) = delete;

  // What to poll from now on; what is new is polled at once. Of more than limits::kDiscoveries, the
  // last are left out, with a line in the log. From any thread.
  void set_targets(std::vector<Target> targets);

 private:
  using Clock = std::chrono::steady_clock;
  struct Polled {
    Target target;
    Clock::time_point due{};
    bool failing = false;
    std::set<std::string> refused = {};  // addresses: each is told once
  };

  void run();
  std::vector<Target> take_due();
  void take(const Target& target, const Answer& answer);
  registry::Service to_service(const Target& target, const Answer& answer);
  void log(const std::string& what, const Target& target);
  Polled* find(const Target& target);

  const LookupOptions options_;
  const Report report_;
  int cancel_fd_;
  LogLimiter limiter_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::map<std::string, Polled> polled_;  // by service
  std::thread thread_;                    // last: it uses the others
};

}  // namespace pointsman::discovery
