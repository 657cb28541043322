// The registry of a running agent, as programs see it: curl registers, heartbeats and takes away;
// files and restarts count.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>

#include "running_agent.h"
#include "support/socket_client.h"

using namespace pointsman::test;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

struct Registering : Deployment {
  Registering() {
    folder.write("pointsman.yaml",
                 folder.read("pointsman.yaml") +
                     "services: services\nadmin: {listen: [\"unix:admin.sock\", \"127.0.0.1:0\"], "
                     "tokens: tokens}\nregistry: {keep_last: 1s}\n");
    folder.write("tokens", "web-0123456789abcdef register:web\n", 0600);
    folder.write("services/db.yaml", "name: db\ninstances: [\"127.0.0.1:5432\"]\n");
  }

  // What curl prints: the answer's body and its status.
  std::string curl(const std::string& arguments) const {
    const std::string command = "curl -sS -m 20 -w '%{http_code}' " + arguments + " 2>&1";
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> block{};
    for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
      text.append(block.data(), got);
    }
    ::pclose(pipe);
    return text;
  }
  std::string ask(const std::string& path, const std::string& more = "") const {
    return curl("--unix-socket " + folder.path("admin.sock") + " http://localhost" + path + " " +
                more);
  }
  std::string put(const std::string& path, const std::string& body) const {
    return ask("/v1/services/" + path,
               "-X PUT -H 'Content-Type: application/json' -d '" + body + "'");
  }
  // Whether the answer soon has the text, or soon lacks it.
  bool shows(const std::string& path, const std::string& text, bool there = true) const {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while ((ask(path).find(text) != std::string::npos) != there) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE("instances are registered by curl, kept by heartbeats, expire, and outlive a restart") {
  const Registering d;
  {
    RunningAgent agent(d);
    REQUIRE(agent.logs("services are registered on unix:"));
    CHECK_THAT(d.ask("/healthz"), Contains("200"));
    CHECK_THAT(d.ask("/readyz"), Contains("ready"));
    CHECK_THAT(d.ask("/v1/services/db"), Contains("\"source\":\"files\""));
    CHECK_THAT(d.put("web/instances/a", R"({"address": "10.0.0.1", "port": 80, "ttl": 100})"),
               Contains("201"));
    CHECK_THAT(d.put("web/instances/b", R"({"address": "10.0.0.2", "port": 80, "ttl": 100})"),
               Contains("201"));
    CHECK_THAT(d.put("web/instances/c", R"({"address": "10.0.0.3", "port": 80, "ttl": 1})"),
               Contains("201"));
    // Heartbeats keep it, until they stop.
    for (int i = 0; i < 3; ++i) {
      CHECK_THAT(d.put("web/instances/c", R"({"address": "10.0.0.3", "port": 80, "ttl": 1})"),
                 Contains("\"c\""));
    }
    CHECK(d.shows("/v1/services/web", "\"c\"", false));
    CHECK_THAT(d.ask("/v1/services/web/instances/b", "-X DELETE"), Contains("204"));
    CHECK(d.shows("/v1/services/web", "\"b\"", false));
    agent.stop();
  }
  RunningAgent agent(d);
  REQUIRE(agent.logs("registry.json: 1 registered instance of before"));
  REQUIRE(agent.logs("services are registered on unix:"));
  const std::string web = d.ask("/v1/services/web");
  CHECK_THAT(web, Contains("\"a\"") && !Contains("\"b\"") && !Contains("\"c\""));
  agent.stop();
}

TEST_CASE("the last instance is held when it expires, says the log, and then let go") {
  const Registering d;
  RunningAgent agent(d);
  REQUIRE(agent.logs("services are registered on unix:"));
  d.put("web/instances/a", R"({"address": "10.0.0.1", "port": 80, "ttl": 1})");
  CHECK(agent.logs("service web: 1 instance lost by source http: held for 1 s"));
  CHECK(agent.logs("service web: 1 instance of source http let go"));
  CHECK_THAT(d.ask("/v1/services/web"), Contains("404"));
  agent.stop();
}

TEST_CASE("over TCP a token is needed, and loopback and own listeners are refused") {
  const Registering d;
  RunningAgent agent(d);
  const std::string before =
      "services are registered on unix:" + d.folder.path("admin.sock") + ", ";
  REQUIRE(agent.logs(before));
  const std::size_t start = agent.err().find(before) + before.size();
  REQUIRE(agent.wait_for_err("\n", start));
  const std::string address = agent.err().substr(start, agent.err().find('\n', start) - start);
  const auto put = [&](const std::string& headers, const std::string& body) {
    return d.curl("http://" + address +
                  "/v1/services/web/instances/a -X PUT -H 'Content-Type: application/json' " +
                  headers + " -d '" + body + "'");
  };
  const std::string good = R"({"address": "10.0.0.1", "port": 80})";
  const std::string token = "-H 'Authorization: Bearer web-0123456789abcdef'";
  CHECK_THAT(put("", good), Contains("401"));
  CHECK_THAT(put(token, good), Contains("201"));
  CHECK_THAT(put(token + " -H 'Host: evil.example'", good), Contains("421"));
  CHECK_THAT(put(token, R"({"address": "127.0.0.1", "port": 80})"), Contains("a loopback address"));
  CHECK_THAT(d.curl("http://" + address + "/v1/services"), Contains("\"web\""));
  agent.stop();
}

TEST_CASE("services files are watched, a faulty one stands as it was") {
  const Registering d;
  RunningAgent agent(d);
  REQUIRE(agent.logs("services are registered on unix:"));
  d.folder.write("services/api.yaml", "name: api\ninstances: [\"10.0.0.7:80\"]\n");
  CHECK(d.shows("/v1/services", "\"api\""));
  d.folder.write("services/db.yaml", "name: db\ninstances: x\n");
  CHECK(agent.logs("services/db.yaml:2:12: instances: found the text 'x'"));
  CHECK_THAT(d.ask("/v1/services/db"), Contains("5432"));
  std::filesystem::remove(d.folder.path("services/api.yaml"));
  CHECK(d.shows("/v1/services", "\"api\"", false));
  agent.stop();
}

TEST_CASE("a gateway's own instances are a service, and follow the gateway") {
  const Registering d;
  d.folder.write("gateways/cart.yaml",
                 "name: cart\nroutes: {v1: {instances: [\"10.0.0.8:80\"]}}\n");
  RunningAgent agent(d);
  REQUIRE(agent.logs("services are registered on unix:"));
  CHECK_THAT(d.ask("/v1/services/cart-v1"), Contains("\"10.0.0.8-80\""));
  d.folder.write("gateways/cart.yaml",
                 "name: cart\nroutes: {v1: {instances: [\"10.0.0.9:80\"]}}\n");
  CHECK(d.shows("/v1/services/cart-v1", "\"10.0.0.9-80\""));
  agent.stop();
}

TEST_CASE("an agent whose tokens are open to everybody does not start, and check says why") {
  const Registering d;
  d.folder.write("tokens", "web-0123456789abcdef register:web\n", 0644);
  const std::string why = "mode 0644 lets everybody in";
  CHECK_THAT(d.run({"agent"}).err, Contains(why));
  const ProgramResult checked = d.run({"check"});
  CHECK(checked.exit_code == 1);
  CHECK_THAT(checked.err, Contains("admin.tokens: ") && Contains(why));
}
