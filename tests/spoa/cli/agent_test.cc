#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "running_agent.h"
#include "support/socket_client.h"
#include "support/spop_client.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Contains;

namespace {

bool accepts(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

TEST_CASE("the agent says what it serves, answers on its socket and ends with 0 on TERM") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("made a new key"));
  REQUIRE(agent.logs("serves SPOP on unix:" + deployment.folder.path("spop.sock") +
                     " with 1 worker; 1 gateway from "));
  REQUIRE(agent.logs("generation 1"));
  CHECK(accepts(deployment.folder.path("spop.sock")));
  agent.send(SIGTERM);
  const ProgramResult result = agent.finish();
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("draining") && Contains("stopped"));
}

TEST_CASE("INT ends the agent like TERM") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  agent.send(SIGINT);
  CHECK(agent.finish().exit_code == 0);
}

TEST_CASE("a second TERM ends the agent at once, however long it would drain") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  // A peer that does not read its answers: they exceed a socket's buffer, and the drain waits.
  auto peer =
      SocketClient::connected(*ListenAddress::parse("unix:" + deployment.folder.path("spop.sock")));
  peer.send(hello_frame());
  const ByteBuffer question =
      notify_frame(1, 1, "pointsman", {{"gateway", spop::TypedValue::of_text("shop")}});
  for (int i = 0; i < 3000; ++i) peer.send(question);
  agent.send(SIGTERM);
  REQUIRE(agent.logs("draining"));
  agent.send(SIGTERM);
  const ProgramResult result = agent.finish();
  CHECK(result.signal == SIGTERM);
  CHECK_THAT(result.err, !Contains("stopped"));
}

TEST_CASE("the agent takes a changed gateway by itself") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  deployment.folder.write("gateways/cart.yaml", "name: cart\nroutes: {a: {backend: b}}\n");
  CHECK(agent.logs("published generation 2 with 2 gateways"));
  std::filesystem::remove(deployment.folder.path("gateways/cart.yaml"));
  CHECK(agent.logs("published generation 3 with 1 gateway"));
  agent.stop();
}

TEST_CASE("HUP reloads, and says so where nothing changed") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  agent.send(SIGHUP);
  CHECK(agent.logs("SIGHUP: reloading"));
  CHECK(agent.logs("no gateway changed"));
  agent.send(SIGUSR1);
  CHECK(agent.logs("SIGUSR1"));
  agent.stop();
}

TEST_CASE("a gateway that turns bad stays as it last was, the others change") {
  const Deployment deployment;
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  deployment.folder.write("gateways/cart.yaml", "name: cart\nroutes: {a: {backend: b}}\n");
  REQUIRE(agent.logs("published generation 2"));
  deployment.folder.write("gateways/shop.yaml", "name: shop\nroutes: {v1: {wieght: 1%}}\n");
  CHECK(agent.logs("gateways/shop.yaml:2:"));
  CHECK(agent.logs("the last good form stays live: shop"));
  deployment.folder.write("gateways/cart.yaml", "name: cart\nroutes: {a: {backend: c}}\n");
  CHECK(agent.logs("published generation 3 with 2 gateways"));
  agent.stop();
}

TEST_CASE("the agent starts without the gateways that are bad from the start") {
  const Deployment deployment;
  deployment.folder.write("gateways/bad.yaml", "name: bad\nroutes: []\n");
  RunningAgent agent(deployment);
  CHECK(agent.logs("gateways/bad.yaml:2:"));
  CHECK(agent.logs("not served: bad"));
  CHECK(agent.logs("1 gateway from"));
  agent.stop();
}

TEST_CASE("the agent starts before its gateways are there") {
  const Deployment deployment;
  std::filesystem::remove_all(deployment.folder.path("gateways"));
  RunningAgent agent(deployment);
  CHECK(agent.logs("0 gateways from"));
  deployment.folder.write("gateways/shop.yaml", kShop);
  CHECK(agent.logs("with 1 gateway"));
  agent.stop();
}

TEST_CASE("a rotated key file is taken up, a spoilt one is not") {
  const Deployment deployment;
  const std::string keys = deployment.folder.path("state/sticky.keys");
  RunningAgent agent(deployment);
  REQUIRE(agent.logs("generation 1"));
  REQUIRE(run_program({"keygen", "--add", keys}).exit_code == 0);
  CHECK(agent.logs("sticky keys reloaded"));
  deployment.folder.write("state/sticky.keys", "rubbish\n", 0600);
  CHECK(agent.logs("the sticky keys read before stay in use"));
  agent.stop();
}

TEST_CASE("a second agent on the same socket is refused and leaves the first alone") {
  const Deployment deployment;
  RunningAgent first(deployment);
  REQUIRE(first.logs("generation 1"));
  const ProgramResult second = deployment.run({"agent"});
  CHECK(second.exit_code == 1);
  CHECK_THAT(second.err, Contains(deployment.folder.path("spop.sock")) &&
                             Contains("another process") && !Contains("serves"));
  CHECK(accepts(deployment.folder.path("spop.sock")));
  first.stop();
}

TEST_CASE("a second agent on the same TCP port is refused, of the same user, too") {
  const Deployment deployment;
  const auto on_port = [&](const std::string& port) {
    return ProgramInput{"", {{"POINTSMAN_SPOP_LISTEN", "127.0.0.1:" + port}}, ""};
  };
  const std::vector<std::string> arguments = {"agent", "-c", deployment.settings()};
  RunningProgram first(arguments, on_port("0"));
  REQUIRE(first.wait_for_err("generation 1"));
  const std::string serves = "serves SPOP on 127.0.0.1:";
  const std::size_t begin = first.err().find(serves) + serves.size();
  const std::string port = first.err().substr(begin, first.err().find(' ', begin) - begin);
  const ProgramResult second = run_program(arguments, on_port(port));
  CHECK(second.exit_code == 1);
  CHECK_THAT(second.err, Contains("127.0.0.1:" + port +
                                  ": bind: Address already in use, by "
                                  "another process") &&
                             !Contains("serves"));
  first.send(SIGTERM);
  CHECK(first.finish().exit_code == 0);
  // The port is free again, at once.
  RunningProgram third(arguments, on_port(port));
  CHECK(third.wait_for_err(serves + port));
  third.send(SIGTERM);
  CHECK(third.finish().exit_code == 0);
}

TEST_CASE("a socket file that a killed agent left is no obstacle") {
  const Deployment deployment;
  {
    RunningAgent killed(deployment);
    REQUIRE(killed.logs("generation 1"));
    killed.send(SIGKILL);
    CHECK(killed.finish().signal == SIGKILL);
  }
  CHECK(std::filesystem::exists(deployment.folder.path("spop.sock")));
  RunningAgent agent(deployment);
  CHECK(agent.logs("generation 1"));
  agent.stop();
}

TEST_CASE("the agent says which folder is missing for its socket") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml",
                          "gateways: gateways\nstate: state\n"
                          "spop: {listen: [\"unix:/nonexistent/spop.sock\"]}\n");
  const ProgramResult result = deployment.run({"agent"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("/nonexistent/spop.sock") && Contains("No such file") &&
                             Contains("create it, owned by the user that runs the agent"));
}

TEST_CASE("the agent refuses settings with a fault, key files for everybody, and no settings") {
  const Deployment deployment;
  deployment.folder.write("state/sticky.keys", run_program({"keygen"}).out, 0644);
  const ProgramResult open = deployment.run({"agent"});
  CHECK(open.exit_code == 1);
  CHECK_THAT(open.err, Contains("state/sticky.keys"));

  deployment.folder.write("pointsman.yaml", "spop: {lsten: []}\n");
  const ProgramResult typo = deployment.run({"agent"});
  CHECK(typo.exit_code == 1);
  CHECK_THAT(typo.err, Contains("pointsman.yaml:1:8:") && Contains("listen"));

  const ProgramResult missing = run_program({"agent", "-c", "/nonexistent/pointsman.yaml"});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.err, Contains("/nonexistent/pointsman.yaml"));
}

TEST_CASE("a variable of the environment overrides a setting") {
  const Deployment deployment;
  const std::string socket = deployment.folder.path("other.sock");
  RunningProgram agent({"agent", "-c", deployment.settings()},
                       {"", {{"POINTSMAN_SPOP_LISTEN", "unix:" + socket}}, ""});
  REQUIRE(agent.wait_for_err("serves SPOP on unix:" + socket));
  CHECK(accepts(socket));
  agent.send(SIGTERM);
  CHECK(agent.finish().exit_code == 0);
}
