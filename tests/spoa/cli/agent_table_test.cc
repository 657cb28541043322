// What `pointsman agent` does with its table: the file in the state folder, and starting from it.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "running_agent.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

const std::string kCart = "name: cart\nroutes: {a: {backend: b}}\n";

std::string shown(const Deployment& deployment) {
  return run_program({"table", "show", deployment.folder.path("state/table")}).out;
}

// Whether the file shows `text`, now or soon.
bool shows(const Deployment& deployment, const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (shown(deployment).find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

// Runs the agent until it serves and ends it again, so that a file of generation 1 is there.
void run_once(const Deployment& deployment) {
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  agent.stop();
  REQUIRE_THAT(shown(deployment), Contains("generation 1, 1 gateway, sticky keys 1"));
}

void remove_gateways(const Deployment& deployment) {
  std::filesystem::remove_all(deployment.folder.path("gateways"));
}

}  // namespace

TEST_CASE("the agent's table is in its state folder, for its owner and group alone") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("bridges get the table on unix:" + deployment.folder.path("table.sock")));
  CHECK(shows(deployment, "generation 1, 1 gateway, sticky keys 1"));
  struct stat status {};
  REQUIRE(::stat(deployment.folder.path("state/table").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  REQUIRE(::stat(deployment.folder.path("table.sock").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0660);
  deployment.folder.write("gateways/cart.yaml", kCart);
  CHECK(shows(deployment, "generation 2, 2 gateways, sticky keys 1"));
  REQUIRE(run_program({"keygen", "--add", deployment.folder.path("state/sticky.keys")}).exit_code ==
          0);
  CHECK(shows(deployment, "generation 2, 2 gateways, sticky keys 2, 1"));
  agent.stop();
}

TEST_CASE("the table's file belongs to the group of table.socket_owner") {
  if (::geteuid() != 0) {
    WARN("only root can give a file to another group");
    return;
  }
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml", deployment.folder.read("pointsman.yaml") +
                                                "table: {socket_owner: \"1234:4321\"}\n");
  RunningAgent agent(deployment);
  REQUIRE(shows(deployment, "generation 1"));
  struct stat status {};
  REQUIRE(::stat(deployment.folder.path("state/table").c_str(), &status) == 0);
  CHECK(status.st_uid == 0);
  CHECK(status.st_gid == 4321);
  REQUIRE(::stat(deployment.folder.path("table.sock").c_str(), &status) == 0);
  CHECK(status.st_uid == 1234);
  CHECK(status.st_gid == 4321);
  agent.stop();
}

TEST_CASE("what was published last is in the file when the agent has ended") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  for (int i = 2; i < 6; ++i) {
    deployment.folder.write("gateways/cart" + std::to_string(i) + ".yaml",
                            "name: cart" + std::to_string(i) + "\nroutes: {a: {backend: b}}\n");
    REQUIRE(agent.logs("published generation " + std::to_string(i)));
  }
  agent.stop();
  CHECK_THAT(shown(deployment), Contains("generation 5, 5 gateways"));
}

TEST_CASE("an agent whose gateways are gone serves the table of before, until they are back") {
  const Deployment deployment;
  run_once(deployment);
  remove_gateways(deployment);
  RunningAgent agent(deployment);
  CHECK(agent.logs("served as an earlier agent had them last (" +
                   deployment.folder.path("state/table") + ", generation 1 of 2"));
  CHECK(agent.logs("can't be read: shop"));
  CHECK(agent.logs("1 gateway from"));
  CHECK(agent.logs("generation 2"));
  CHECK(shows(deployment, "generation 2, 1 gateway"));
  deployment.folder.write("gateways/cart.yaml", kCart);
  CHECK(agent.logs("published generation 3 with 1 gateway"));
  CHECK(shows(deployment, "cart"));
  agent.stop();
}

TEST_CASE("a gateway that is faulty at the start is served as it was before") {
  const Deployment deployment;
  run_once(deployment);
  deployment.folder.write("gateways/shop.yaml", "name: shop\nroutes: {v1: {wieght: 1%}}\n");
  deployment.folder.write("gateways/cart.yaml", kCart);
  RunningAgent agent(deployment);
  CHECK(agent.logs("gateways/shop.yaml:2:"));
  CHECK(agent.logs("can't be read: shop"));
  CHECK(agent.logs("2 gateways from"));
  CHECK(shows(deployment, "generation 2, 2 gateways"));
  agent.stop();
}

TEST_CASE("without a usable table of before the agent starts as without one, and says why") {
  const Deployment deployment;
  run_once(deployment);
  std::string text = deployment.folder.read("state/table");
  std::string version = text;
  version[text.find("version") + 7] = 2;
  std::string cut = text.substr(0, text.size() - 1);
  text.back() = static_cast<char>(text.back() ^ 1);
  for (const std::string& unusable : {text, version, cut, std::string("rubbish"), std::string()}) {
    deployment.folder.write("state/table", unusable, 0640);
    RunningAgent agent(deployment);
    CHECK(agent.logs("warning " + deployment.folder.path("state/table") + ": "));
    CHECK(agent.logs("the agent starts without the table of before"));
    CHECK(agent.logs("1 gateway from"));
    CHECK(shows(deployment, "generation 1, 1 gateway"));
    agent.stop();
  }
}

TEST_CASE("an agent that can read nothing leaves bridges and file what they have") {
  const Deployment deployment;
  run_once(deployment);
  deployment.folder.write("state/table", "of a later version", 0640);
  remove_gateways(deployment);
  RunningAgent agent(deployment);
  CHECK(agent.logs("0 gateways from"));
  const ProgramResult fetched =
      deployment.run({"table", "fetch", "--to", deployment.folder.path("copy"), "--once"});
  CHECK(fetched.exit_code == 1);
  CHECK_THAT(fetched.err, Contains("the agent has no table yet"));
  CHECK(deployment.folder.read("state/table") == "of a later version");
  deployment.folder.write("gateways/cart.yaml", kCart);
  CHECK(shows(deployment, "generation 2, 1 gateway"));
  agent.stop();
}

TEST_CASE("a folder that turns out to be empty is a table without gateways") {
  const Deployment deployment;
  remove_gateways(deployment);
  RunningAgent agent(deployment);
  CHECK(agent.logs("0 gateways from"));
  std::filesystem::create_directory(deployment.folder.path("gateways"));
  CHECK(shows(deployment, "generation 1, 0 gateways"));
  agent.stop();
}

TEST_CASE("a table's file that can't be written is one error, and the agent goes on") {
  const Deployment deployment;
  std::filesystem::create_directories(deployment.folder.path("state/table"));
  RunningAgent agent(deployment);
  CHECK(agent.logs("generation 1"));
  CHECK(agent.logs("state/table: is not a regular file; the file keeps an older table"));
  deployment.folder.write("gateways/cart.yaml", kCart);
  CHECK(agent.logs("published generation 2"));
  agent.stop();
  const std::string log = agent.err();
  CHECK(log.find("the file keeps", log.find("the file keeps") + 1) == std::string::npos);
}

TEST_CASE("an agent that does not come up leaves the file alone") {
  const Deployment deployment;
  RunningAgent first(deployment);
  REQUIRE(shows(deployment, "generation 1"));
  deployment.folder.write("pointsman.yaml", deployment.folder.read("pointsman.yaml") +
                                                "table: {listen: [\"unix:/nonexistent/t\"]}\n");
  CHECK(deployment.run({"agent"}).exit_code == 1);
  CHECK_THAT(shown(deployment), Contains("generation 1"));
  first.stop();
}

TEST_CASE("keys are sent over unix sockets only, and check warns of sessions that rest") {
  const Deployment deployment;
  const std::string settings = deployment.folder.read("pointsman.yaml");
  deployment.folder.write("pointsman.yaml",
                          settings + "table: {listen: [\"unix:t\", \"127.0.0.1:0\"]}\n");
  RunningAgent agent(deployment);
  const std::string before = "bridges get the table on unix:" + deployment.folder.path("t") + ", ";
  REQUIRE(agent.logs(before + "127.0.0.1:"));
  const std::string log = agent.err();
  const std::size_t start = log.find(before) + before.size();
  REQUIRE(agent.wait_for_err("\n", start));
  const std::string tcp = agent.err().substr(start, agent.err().find('\n', start) - start);
  const auto fetched_from = [&](const std::string& address) {
    const std::string file = deployment.folder.path("copy");
    CHECK(run_program({"table", "fetch", "--from", address, "--to", file, "--once"}).exit_code ==
          0);
    return run_program({"table", "show", file}).out;
  };
  CHECK_THAT(fetched_from(tcp), Contains("no sticky keys"));
  CHECK_THAT(fetched_from("unix:" + deployment.folder.path("t")), Contains("sticky keys 1"));
  agent.stop();
  CHECK_THAT(deployment.run({"check"}).err,
             Contains("warning: table.listen: sticky sessions rest while the agent is away, for "
                      "bridges that connect to 127.0.0.1:0"));
  deployment.folder.write("pointsman.yaml", settings);
  CHECK(deployment.run({"check"}).err.empty());
}

TEST_CASE("an agent without listeners for bridges keeps the file all the same") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml",
                          deployment.folder.read("pointsman.yaml") + "table: {listen: []}\n");
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  CHECK(shows(deployment, "generation 1"));
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("table.sock")));
  agent.stop();
}

TEST_CASE("an agent whose key file is no good goes by the keys of its table") {
  const Deployment deployment;
  run_once(deployment);
  const std::string keys = deployment.folder.read("state/sticky.keys");
  deployment.folder.write("state/sticky.keys", "rubbish\n", 0600);
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("sticky tokens go by the keys that an earlier agent had last"));
  CHECK(shows(deployment, "generation 1, 1 gateway, sticky keys 1"));
  deployment.folder.write("state/sticky.keys", keys, 0600);
  CHECK(agent.logs("sticky keys reloaded"));
  agent.stop();
}
