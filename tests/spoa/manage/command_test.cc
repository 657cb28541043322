#include "manage/command.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using manage::run_command;
using manage::StopFlag;

namespace {

constexpr std::chrono::seconds kPatience{20};

manage::CommandResult run(const std::string& script) {
  const StopFlag stop;
  const auto result = run_command({"sh", "-c", script}, kPatience, stop);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("a command yields its exit code and what it wrote to both streams") {
  const auto result = run("echo out; echo err >&2; exit 3");
  CHECK(result.exit_code == 3);
  CHECK(result.output == "out\nerr\n");
  CHECK(run("kill -9 $$").exit_code == 128 + SIGKILL);
}

TEST_CASE("arguments are given as they are, no shell reads them") {
  const StopFlag stop;
  const auto result = run_command({"printf", "%s|", "a b", "$HOME", "", "*"}, kPatience, stop);
  REQUIRE(result);
  CHECK(result->output == "a b|$HOME||*|");
}

TEST_CASE("a command has no input, none of our descriptors, and default signals") {
  std::signal(SIGPIPE, SIG_IGN);
  const int ours = ::dup(STDERR_FILENO);                        // not closed on exec
  CHECK(run("cat; ls /proc/self/fd | wc -l").output == "4\n");  // with the folder's own
  CHECK(run("(yes; echo $? >&2) | true").output == std::to_string(128 + SIGPIPE) + "\n");
  ::close(ours);
}

TEST_CASE("of the output only so much is kept, and all of it is read") {
  const auto written = [](std::size_t size) {
    return run("head -c " + std::to_string(size) + " /dev/zero").output.size();
  };
  CHECK(written(limits::kCommandOutputBytes) == limits::kCommandOutputBytes);
  CHECK(written(limits::kCommandOutputBytes + 1) == limits::kCommandOutputBytes);
  CHECK(written(10 * limits::kCommandOutputBytes) == limits::kCommandOutputBytes);
}

TEST_CASE("a command that can't be run is an error") {
  const StopFlag stop;
  const auto result = run_command({"/no/such/program"}, kPatience, stop);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "/no/such/program: cannot be run: No such file or directory");
}

TEST_CASE("a command that takes too long is killed, with all that it started") {
  const test::TemporaryFolder folder;
  const StopFlag stop;
  const std::string script =
      "sleep 1000 & echo $! > " + folder.path("pid") + "; while :; do echo on and on; done";
  const auto result = run_command({"sh", "-c", script}, std::chrono::milliseconds(200), stop);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "sh: did not end within 0.2 s and was killed");
  const std::string pid = folder.read("pid");
  if (pid.empty()) return;  // it was killed before that
  // Its parent is gone, so that init reaps it.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto is_alive = [&] {
    return run("grep -q 'State:.[RSD]' /proc/" + pid.substr(0, pid.find('\n')) + "/status")
               .exit_code == 0;
  };
  while (is_alive() && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK_FALSE(is_alive());
}

TEST_CASE("what a command leaves behind is not waited for") {
  CHECK(run("sleep 2 & echo started").output == "started\n");
}

TEST_CASE("a command ends when we are to stop") {
  StopFlag stop;
  std::thread other([&stop] { stop.set(); });
  const auto result = run_command({"sleep", "1000"}, std::chrono::hours(1), stop);
  other.join();
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "sleep: killed, for the agent stops");
}
