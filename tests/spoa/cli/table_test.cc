#include "cli/table.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <optional>

#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

struct Running {
  explicit Running(const std::string& table = "") {
    if (!table.empty()) deployment.folder.write("pointsman.yaml", settings(table));
    agent.emplace(std::vector<std::string>{"agent", "-c", deployment.settings()});
    REQUIRE(agent->wait_for_err("bridges get the table on"));
  }
  std::string settings(const std::string& table) const {
    return deployment.folder.read("pointsman.yaml") + "table: " + table + "\n";
  }
  std::string socket() const { return "unix:" + deployment.folder.path("table.sock"); }

  Deployment deployment;
  std::optional<RunningProgram> agent;
};

}  // namespace

TEST_CASE("a fetched table is written, and shows what the agent serves, but no secrets") {
  const Running running;
  const std::string file = running.deployment.folder.path("copy");
  const ProgramResult fetched = running.deployment.run({"table", "fetch", "--to", file, "--once"});
  INFO(fetched.err);
  CHECK(fetched.exit_code == 0);
  CHECK(fetched.out == file + ": generation 1 with 1 gateway\n");
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);

  const ProgramResult shown = run_program({"table", "show", file});
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, Contains("shop/v2      20 %  be_v2        50 %  user-agent == Firefox") &&
                            Contains("generation 1, 1 gateway, sticky keys 1\n"));
  const ProgramResult json = run_program({"table", "show", file, "-o", "json"});
  CHECK_THAT(json.out, Contains("\"generation\": 1") && Contains("\"keys\": [\n    1\n  ]") &&
                           Contains("\"name\": \"shop/v1\""));
}

TEST_CASE("a fetch that goes on writes each new table") {
  const Running running;
  const std::string file = running.deployment.folder.path("copy");
  RunningProgram fetch({"table", "fetch", "--to", file, "--from", running.socket()});
  const auto shows = [&](const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (run_program({"table", "show", file}).out.find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  };
  CHECK(shows("generation 1, 1 gateway"));
  running.deployment.folder.write("gateways/cart.yaml", "name: cart\nroutes: {a: {backend: b}}\n");
  CHECK(shows("generation 2, 2 gateways"));
}

TEST_CASE("an agent that is not there leaves the file as it was") {
  const Deployment deployment;
  const std::string file = deployment.folder.write("copy", "as it was");
  const ProgramResult fetched = deployment.run({"table", "fetch", "--to", file, "--once"});
  CHECK(fetched.exit_code == 1);
  CHECK_THAT(fetched.err, Contains("table.sock: cannot connect"));
  CHECK(deployment.folder.read("copy") == "as it was");
}

TEST_CASE("a fetch needs an address") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml", "table: {listen: []}\n");
  const ProgramResult fetched = deployment.run({"table", "fetch", "--to", "/nonexistent/x"});
  CHECK(fetched.exit_code == 1);
  CHECK_THAT(fetched.err, Contains("no table.listen without TLS; --from names an agent"));
  CHECK(run_program({"table", "fetch"}).exit_code == 2);
}

TEST_CASE("a file that can't be written is an error") {
  const Running running;
  const ProgramResult fetched =
      running.deployment.run({"table", "fetch", "--to", "/nonexistent/copy", "--once"});
  CHECK(fetched.exit_code == 1);
  CHECK_THAT(fetched.err, Contains("/nonexistent/copy: cannot write: No such file"));
}

TEST_CASE("a file that is no table is an error that names it") {
  const TemporaryFolder folder;
  const ProgramResult shown = run_program({"table", "show", folder.write("x", "rubbish")});
  CHECK(shown.exit_code == 1);
  CHECK_THAT(shown.err, Contains(folder.path("x") + ": record 0"));
  CHECK(run_program({"table", "show", folder.path("y")}).exit_code == 1);
}
