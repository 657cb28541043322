#include "base/external_program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPatience{60};

Result<ExternalResult> shell(const std::string& script,
                             std::chrono::milliseconds patience = kPatience) {
  return run_external({"sh", "-c", script}, patience);
}

}  // namespace

TEST_CASE("what a program writes to both streams comes back in order, with its exit code") {
  const auto result = shell("echo one; echo two >&2; echo three; exit 3");
  REQUIRE(result);
  CHECK(result->output == "one\ntwo\nthree\n");
  CHECK(result->exit_code == 3);
}

TEST_CASE("arguments reach a program as they are, no shell reads them") {
  const auto result = run_external({"printf", "%s|", "a b", "$HOME", "", "*", "'"}, kPatience);
  REQUIRE(result);
  CHECK(result->output == "a b|$HOME||*|'|");
}

TEST_CASE("a program has no input, none of our descriptors, and default signals") {
  std::signal(SIGPIPE, SIG_IGN);
  const int ours = ::dup(STDERR_FILENO);                           // not closed on exec
  CHECK(shell("cat; ls /proc/self/fd | wc -l")->output == "4\n");  // with the folder's own
  CHECK(shell("(yes; echo $? >&2) | true")->output == std::to_string(128 + SIGPIPE) + "\n");
  ::close(ours);
}

TEST_CASE("one that closes its output and goes on is waited for, and ended when the time is over") {
  const auto ended = shell("exec >&- 2>&-; sleep 0.05; exit 4");
  REQUIRE(ended);
  CHECK(ended->exit_code == 4);
  const auto stuck = shell("exec >&- 2>&-; sleep 1000", 50ms);
  REQUIRE_FALSE(stuck);
  CHECK(stuck.error().message == "sh: did not end within 0.05 s and was killed");
}

TEST_CASE("what a program leaves behind is not waited for") {
  const auto result = shell("sleep 30 & echo started", 15s);
  REQUIRE(result);
  CHECK(result->output == "started\n");
}

TEST_CASE("one that a signal ends has the exit code that shells give it") {
  const auto result = shell("kill -TERM $$");
  REQUIRE(result);
  CHECK(result->exit_code == 128 + SIGTERM);
}

TEST_CASE("a program that can't be run is an error") {
  const auto result = run_external({"/no/such/program"}, kPatience);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "/no/such/program: cannot be run: No such file or directory");
}

TEST_CASE("a program that takes too long is killed, with all that it started") {
  const test::TemporaryFolder folder;
  const auto result = shell(
      "sleep 1000 & echo $! > " + folder.path("pid") + "; while :; do echo on and on; done", 200ms);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "sh: did not end within 0.2 s and was killed");
  const std::string pid = folder.read("pid");
  if (pid.empty()) return;  // it was killed before that
  // Its parent is gone, so that init reaps it.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const std::string is_alive =
      "grep -q 'State:.[RSD]' /proc/" + pid.substr(0, pid.find('\n')) + "/status";
  while (shell(is_alive)->exit_code == 0 && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(shell(is_alive)->exit_code != 0);
}

namespace {

// Runs programs of root's as nobody, who may not kill them, as sudo does. Ends with 0 if all is
// right; the file `full` says that there are as many as may be.
[[noreturn]] void leave_programs_behind(const test::TemporaryFolder& folder) {
  const std::string script = "> " + folder.path("pids/$$") + "; exec sleep 1000";
  std::atomic<std::size_t> left{0};
  const auto run = [&] {
    const auto result =
        run_external({folder.path("set-user"), "--reuid", "0", "sh", "-c", script}, 2s);
    if (!result && result.error().message.ends_with("s and cannot be killed")) ++left;
  };
  bool is_right = ::setresuid(65534, 65534, 65534) == 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < limits::kUnendedPrograms; ++i) threads.emplace_back(run);
  for (std::thread& thread : threads) thread.join();
  run();
  const auto refused = run_external({"true"}, kPatience);
  is_right =
      is_right && left == limits::kUnendedPrograms && !refused &&
      refused.error().message == "true: is not run: 8 programs that were killed have not ended";
  folder.write("full", "");
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool runs = false;
  while (!runs && std::chrono::steady_clock::now() < deadline) {
    runs = bool(run_external({"true"}, kPatience));
  }
  ::_exit(is_right && runs ? 0 : 1);
}

}  // namespace

TEST_CASE("programs that may not be killed are left behind, so many, and reaped when they end") {
  if (::geteuid() != 0) return;  // only root can make such a program
  const test::TemporaryFolder folder;
  fs::copy_file("/usr/bin/setpriv", folder.path("set-user"));
  fs::permissions(folder.path("set-user"), static_cast<fs::perms>(04755));
  fs::create_directory(folder.path("pids"));
  fs::permissions(folder.path(), static_cast<fs::perms>(0777));
  const pid_t nobody = ::fork();
  if (nobody == 0) leave_programs_behind(folder);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  int status = -1;
  bool in_time = true;
  while (::waitpid(nobody, &status, WNOHANG) == 0) {
    in_time = in_time && std::chrono::steady_clock::now() < deadline;
    if (in_time && !fs::exists(folder.path("full"))) continue;
    for (const auto& pid : fs::directory_iterator(folder.path("pids"))) {
      ::kill(std::stoi(pid.path().filename()), SIGKILL);
    }
    if (!in_time) ::kill(nobody, SIGKILL);
  }
  CHECK(in_time);
  CHECK(status == 0);
}

TEST_CASE("a program ends when its caller is to stop") {
  StopFlag stop;
  std::thread other([&stop] { stop.set(); });
  const auto result = run_external({"sleep", "1000"}, 1h, &stop);
  other.join();
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "sleep: killed, for the agent stops");
}

TEST_CASE("more output than the limit is read and dropped") {
  for (const std::size_t more : {0, 1}) {
    const std::size_t size = limits::kExternalOutputBytes + more;
    const auto result = shell("head -c " + std::to_string(size) + " /dev/zero; exit 4");
    REQUIRE(result);
    CHECK(result->exit_code == 4);
    CHECK(result->output.size() == limits::kExternalOutputBytes);
  }
}
