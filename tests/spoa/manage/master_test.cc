#include "manage/master.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "master_socket.h"

using namespace pointsman;
using manage::ask_master;
using manage::parse_success;
using manage::parse_workers;
using Kind = manage::MasterAnswer::Kind;
using Pids = std::vector<long>;

namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

TEST_CASE("the master is asked, and its answer read to the end") {
  const StopFlag stop;
  test::MasterSocket master([](const std::string& command) { return "you said " + command; });
  const auto answer = ask_master(master.path(), "show proc", kPatience, stop);
  CHECK(answer.kind == Kind::kAnswered);
  CHECK(answer.text == "you said show proc");
}

TEST_CASE("of an answer only so much is kept") {
  const StopFlag stop;
  const auto kept = [&](std::size_t size) {
    test::MasterSocket master([size](const std::string&) { return std::string(size, 'x'); });
    return ask_master(master.path(), "x", kPatience, stop).text.size();
  };
  CHECK(kept(limits::kMasterAnswerBytes) == limits::kMasterAnswerBytes);
  CHECK(kept(limits::kMasterAnswerBytes + 1) == limits::kMasterAnswerBytes);
}

TEST_CASE("a socket that is not there is unreachable") {
  const StopFlag stop;
  const auto answer = ask_master("/no/such.sock", "x", kPatience, stop);
  CHECK(answer.kind == Kind::kUnreachable);
  CHECK(answer.text == "/no/such.sock: No such file or directory");
  const std::string longest(107, 'x');
  CHECK(ask_master(longest, "x", kPatience, stop).text.ends_with("No such file or directory"));
  CHECK(ask_master(longest + "x", "x", kPatience, stop).text.ends_with("path of a socket"));
}

TEST_CASE("a socket that can't be connected to is not one that nobody has") {
  const StopFlag stop;
  const test::TemporaryFolder folder;
  folder.write("file", "");
  // Below a file, and one's own limit for a path: whatever it is, a reload would not be taken.
  CHECK(ask_master(folder.path("file/m.sock"), "x", kPatience, stop).kind == Kind::kBarred);
  CHECK(ask_master(folder.path("file"), "x", kPatience, stop).kind == Kind::kUnreachable);
}

TEST_CASE("a master that does not answer is silent") {
  StopFlag stop;
  std::atomic<bool> ending{false};
  test::MasterSocket master([&](const std::string&) {
    while (!ending) std::this_thread::yield();
    return std::string();
  });
  const auto late = ask_master(master.path(), "x", std::chrono::milliseconds(10), stop);
  CHECK(late.kind == Kind::kSilent);
  CHECK(late.text == master.path() + ": no answer in time");
  stop.set();
  CHECK(ask_master(master.path(), "x", std::chrono::hours(1), stop).kind == Kind::kSilent);
  ending = true;
}

TEST_CASE("the workers of HAProxy 2.6, 3.0 and 3.2 are read") {
  const auto workers = parse_workers(
      "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
      "3176            master          1 [failed: 0]   0d00h00m12s     2.6.12-1+deb12u4\n"
      "# workers\n"
      "3789            worker          0               0d00h00m00s     2.6.12-1+deb12u4\n"
      "# old workers\n"
      "3179            worker          1               0d00h00m09s     2.6.12-1+deb12u4\n"
      "3111            worker          2               0d00h00m19s     2.6.12-1+deb12u4\n"
      "# programs\n"
      "4000            program         0               0d00h00m19s     -\n\n");
  REQUIRE(workers);
  CHECK(workers->current == Pids{3789});
  CHECK(workers->old == Pids{3179, 3111});
}

TEST_CASE("what is no list of processes is none") {
  CHECK_FALSE(parse_workers(""));
  CHECK_FALSE(parse_workers("Unknown command\n"));
  const auto odd = parse_workers(
      "#<PID>\n5 x\n# workers\nx\n-3 worker\n99999999999999999999999 "
      "worker\n7\n8worker\n9\tworker");
  REQUIRE(odd);
  CHECK(odd->current == Pids{9});
  CHECK(odd->old.empty());
}

TEST_CASE("only a plain success or failure is one") {
  CHECK(parse_success("Success=1\n--\nx") == true);
  CHECK(parse_success("Success=0\n--\nx") == false);
  CHECK(parse_success("\n") == std::nullopt);
  CHECK(parse_success("x Success=1") == std::nullopt);
}
