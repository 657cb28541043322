#include "discovery/discoverer.h"

#include <catch2/catch.hpp>

#include "dns_server.h"

using namespace pointsman;
using namespace pointsman::discovery;
using namespace std::chrono_literals;
using test::DnsServer;

namespace {

// What was reported last of each service.
class Reports {
 public:
  Discoverer::Report report() {
    return [this](const std::string& service, const registry::Service& found) {
      const std::lock_guard lock(mutex_);
      std::string text;
      for (const auto& each : found.instances) text += each.id + " ";
      last_[service] = text;
      ++count_;
      changed_.notify_all();
    };
  }
  // Whether the service is reported so, now or soon.
  bool says(const std::string& service, const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] {
      const auto found = last_.find(service);
      return found != last_.end() && found->second == text;
    });
  }
  bool comes_again() {
    std::unique_lock lock(mutex_);
    const std::size_t before = count_;
    return changed_.wait_for(lock, 30s, [&] { return count_ >= before + 2; });
  }
  std::size_t services() {
    const std::lock_guard lock(mutex_);
    return last_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> last_;
  std::size_t count_ = 0;
};

}  // namespace

TEST_CASE("what DNS says of a service is reported again and again") {
  DnsServer server;
  server.set_a("web.test", {"10.0.0.1", "10.0.0.2"});
  Reports reports;
  Discoverer discoverer({.servers = server.address()}, reports.report());
  discoverer.set_targets({{"web", "web.test", 80, 1ms}, {"db", "none.test", 1, 1h}});
  CHECK(reports.says("web", "10.0.0.1-80 10.0.0.2-80 "));
  CHECK(reports.says("db", ""));
  server.set_a("web.test", {"10.0.0.3"});
  CHECK(reports.says("web", "10.0.0.3-80 "));
}

TEST_CASE("a failure reports nothing, and addresses that mean this machine are left out") {
  DnsServer server;
  server.set_a("web.test", {"10.0.0.1", "127.0.0.1"});
  server.fail("db.test", true);
  Reports reports;
  Discoverer discoverer({.servers = server.address()}, reports.report());
  discoverer.set_targets({{"web", "web.test", 80, 1ms}, {"db", "db.test", 1, 1ms}});
  CHECK(reports.says("web", "10.0.0.1-80 "));
  CHECK(reports.comes_again());
  CHECK(reports.services() == 1);
  server.set_a("db.test", {"10.0.0.9"});
  server.fail("db.test", false);
  CHECK(reports.says("db", "10.0.0.9-1 "));
}

TEST_CASE("targets change while the others go on") {
  DnsServer server;
  server.set_a("web.test", {"10.0.0.1"});
  server.set_a("api.test", {"10.0.0.2"});
  Reports reports;
  Discoverer discoverer({.servers = server.address()}, reports.report());
  discoverer.set_targets({{"web", "web.test", 80, 1h}});
  CHECK(reports.says("web", "10.0.0.1-80 "));
  discoverer.set_targets({{"web", "web.test", 81, 1h}, {"api", "api.test", 80, 1ms}});
  CHECK(reports.says("web", "10.0.0.1-81 "));
  CHECK(reports.says("api", "10.0.0.2-80 "));
  discoverer.set_targets({});
}

TEST_CASE("at most so many services are found by DNS") {
  DnsServer server;
  server.set_a("web.test", {"10.0.0.1"});
  Reports reports;
  Discoverer discoverer({.servers = server.address()}, reports.report());
  std::vector<Target> targets;
  for (std::size_t i = 0; i < limits::kDiscoveries; ++i) {
    targets.push_back({"s" + std::to_string(i), "web.test", 80, 1h});
  }
  discoverer.set_targets(targets);
  CHECK(reports.says(targets.back().service, "10.0.0.1-80 "));
  targets.push_back({"one-more", "web.test", 80, 1h});
  targets.front().port = 81;
  discoverer.set_targets(targets);
  CHECK(reports.says("s0", "10.0.0.1-81 "));
  CHECK(reports.services() == limits::kDiscoveries);
}
