#include "cli/managed_haproxy.h"

#include <catch2/catch.hpp>

#include "deployment.h"
#include "running_agent.h"

using namespace pointsman;

namespace {

// HAProxy is played by `true`: this is about what the agent writes, and when.
struct Managed : test::Deployment {
  Managed() {
    folder.write("pointsman.yaml",
                 "gateways: gateways\nstate: state\n"
                 "spop: {listen: [\"unix:" +
                     folder.path("spop.sock") +
                     "\"], workers: 1}\n"
                     "dns: {listen: []}\nadmin: {listen: []}\n"
                     "edge: {listen: '127.0.0.1:18081'}\nmanage_haproxy:\n"
                     "  folder: haproxy\n  check: ['true', FILE]\n  reload: ['true']\n"
                     "  chroot: ''\n  user: ''\n  group: ''\n"
                     "  port_bind: 8080=127.0.0.1:18080\n  stats_socket: /run/stats.sock\n"
                     "  log: stdout local0\n");
    std::filesystem::create_directory(folder.path("haproxy"));
  }
  std::string haproxy_cfg() const { return folder.read("haproxy/haproxy.cfg"); }
};

}  // namespace

TEST_CASE("without a folder HAProxy is not managed") {
  CHECK(cli::start_managed_haproxy(config::default_settings()) == nullptr);
}

TEST_CASE("the agent writes what the settings say, and again when it has to") {
  const Managed managed;
  test::RunningAgent agent(managed);
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  const std::string text = managed.haproxy_cfg();
  for (const char* part : {"bind 127.0.0.1:18081", "bind 127.0.0.1:18080",
                           "stats socket /run/stats.sock", "log stdout local0"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(text.find("\n    chroot ") == std::string::npos);
  CHECK(text.find("\n    user ") == std::string::npos);

  // Weights: another table, the same text.
  std::string other = test::kShop;
  other.replace(other.find("80%"), 3, "10%");
  other.replace(other.find("20%"), 3, "90%");
  managed.folder.write("gateways/shop.yaml", other);
  REQUIRE(agent.logs("published generation"));
  managed.folder.write("gateways/more.yaml",
                       "name: more\nport: 8088\nroutes: {r: {backend: be_more}}\n");
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg().find("bind *:8088") != std::string::npos);
  agent.stop();

  test::RunningAgent next(managed);
  REQUIRE(next.logs("HAProxy is managed"));
  managed.folder.write("gateways/more.yaml",
                       "name: more\nport: 8089\nroutes: {r: {backend: be_more}}\n");
  REQUIRE(next.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg().find("bind *:8089") != std::string::npos);
  next.stop();
}

TEST_CASE("gateways of the state folder alone don't make a configuration") {
  const Managed managed;
  {
    test::RunningAgent agent(managed);
    REQUIRE(agent.logs("HAProxy runs its new configuration"));
    agent.stop();
  }
  const std::string before = managed.haproxy_cfg();
  managed.folder.write("gateways/shop.yaml", "name: shop\nroutes: nonsense\n");
  test::RunningAgent agent(managed);
  REQUIRE(agent.logs("served as an earlier agent had them last"));
  REQUIRE(agent.logs("HAProxy is managed"));
  agent.stop();
  CHECK(managed.haproxy_cfg() == before);
}
