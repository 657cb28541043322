#include "cli/managed_haproxy.h"

#include <catch2/catch.hpp>

#include "deployment.h"
#include "running_agent.h"

using namespace pointsman;

namespace {

// HAProxy is played by `true`: this is about what the agent writes, and when.
struct Managed : test::Deployment {
  explicit Managed(const std::string& more = "") {
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
                     "  log: stdout local0\n" +
                     more);
    std::filesystem::create_directory(folder.path("haproxy"));
  }
  std::string haproxy_cfg() const { return folder.read("haproxy/haproxy.cfg"); }
};

}  // namespace

TEST_CASE("without a folder HAProxy is not managed") {
  net::EventLoop loop;
  CHECK(cli::ManagedHaproxy::start(loop, config::default_settings()) == nullptr);
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

TEST_CASE("a gateway that can't be read after a restart keeps the form that HAProxy took last") {
  const Managed managed;
  {
    test::RunningAgent agent(managed);
    REQUIRE(agent.logs("HAProxy runs its new configuration"));
    agent.stop();
  }
  managed.folder.write("gateways/shop.yaml", "name: shop\nroutes: nonsense\n");
  managed.folder.write("gateways/more.yaml",
                       "name: more\nport: 8088\nroutes: {r: {backend: be_more}}\n");
  test::RunningAgent agent(managed);
  REQUIRE(agent.logs("served as an earlier agent had them last"));
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  agent.stop();
  CHECK(managed.haproxy_cfg().find("bind *:8088") != std::string::npos);
  CHECK(managed.haproxy_cfg().find("default_backend be_v1") != std::string::npos);
}

TEST_CASE("a template of the user's own is filled, and again when it or a partial changes") {
  const Managed managed("  template: own/edge.cfg.mustache\n");
  const auto& folder = managed.folder;
  folder.write("own/edge.cfg.mustache", "{{#gateways}}\n# {{name}} {{>mark}}\n{{/gateways}}\n");
  folder.write("own/mark.mustache", "one\n");
  test::RunningAgent agent(managed);
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg() == manage::kOwnLine + std::string("# shop one\n"));

  folder.write("own/mark.mustache", "{{nme}} {{zzz}}\n");
  REQUIRE(agent.logs("HAProxy's configuration goes by its template as it was: " +
                     folder.path("own/mark.mustache") + ":1:1: no data has the name 'nme'"));
  REQUIRE(agent.logs(" (and 1 more; `pointsman check` shows them)"));
  folder.write("gateways/more.yaml", "name: more\nroutes: {r: {backend: be_more}}\n");
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg() == manage::kOwnLine + std::string("# more one\n# shop one\n"));

  folder.write("own/mark.mustache", "two\n");
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg() == manage::kOwnLine + std::string("# more two\n# shop two\n"));
  agent.stop();
}

TEST_CASE("a template that is faulty from the start is waited for") {
  const Managed managed("  template: own.mustache\n");
  test::RunningAgent agent(managed);
  REQUIRE(agent.logs("HAProxy's configuration waits for its template: " +
                     managed.folder.path("own.mustache") + ": No such file"));
  CHECK_FALSE(std::filesystem::exists(managed.folder.path("haproxy/haproxy.cfg")));
  managed.folder.write("own.mustache", "# own\n");
  REQUIRE(agent.logs("HAProxy runs its new configuration"));
  CHECK(managed.haproxy_cfg() == manage::kOwnLine + std::string("# own\n"));
  agent.stop();
}
