#include "manage/takeover.h"

#include <catch2/catch.hpp>
#include <deque>

#include "base/limits.h"

using namespace pointsman;
using manage::MasterAnswer;
using manage::reload_haproxy;
using Answer = MasterAnswer::Kind;
using Kind = manage::Reload::Kind;

namespace {

MasterAnswer shows(const std::string& workers, const std::string& old = "") {
  return {Answer::kAnswered, "#<PID> <type>\n1 master 0\n# workers\n" + workers +
                                 (old.empty() ? "" : "# old workers\n" + old) + "# programs\n\n"};
}

const MasterAnswer kSays1{Answer::kAnswered, "Success=1\n--\n"};
const MasterAnswer kSaysNothing{Answer::kAnswered, "\n"};
const MasterAnswer kGone{Answer::kUnreachable, "m.sock: Connection refused"};
const MasterAnswer kReset{Answer::kSilent, "m.sock: Connection reset by peer"};

// The answers one after another; the last one again and again, for as long as one may wait.
struct Script {
  explicit Script(std::deque<MasterAnswer> all) : answers(std::move(all)) {
    means.ask = [this](std::string_view command, std::chrono::milliseconds time) {
      commands += std::string(commands.empty() ? "" : ", ") + std::string(command);
      times.push_back(time);
      MasterAnswer answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      return answer;
    };
    means.pause = [this] {
      commands += ", pause";
      return --patience > 0;
    };
  }
  std::deque<MasterAnswer> answers;
  int patience = 5;
  std::string commands;
  std::vector<std::chrono::milliseconds> times;
  manage::ReloadMeans means;
};

}  // namespace

TEST_CASE("HAProxy 3 answers that the new worker runs, and it shows") {
  Script script({shows("10 worker\n"), kSays1, shows("11 worker\n", "10 worker\n")});
  const auto reload = reload_haproxy(script.means);
  CHECK(reload.kind == Kind::kTaken);
  CHECK(reload.detail == "10 -> 11");
  CHECK(script.commands == "show proc, reload, pause, show proc");
}

TEST_CASE("HAProxy 2.6 answers nothing, is away for a while, and then has a new worker") {
  Script script({shows("10 worker\n", "9 worker\n"), kSaysNothing, kGone, kReset,
                 shows("10 worker\n"), shows("11 worker\n", "10 worker\n")});
  CHECK(reload_haproxy(script.means).kind == Kind::kTaken);
}

TEST_CASE("the workers of before are no new ones, wherever they stand") {
  Script script({shows("10 worker\n", "9 worker\n"), kSaysNothing, shows("9 worker\n10 worker\n")});
  const auto reload = reload_haproxy(script.means);
  CHECK(reload.kind == Kind::kUnclear);
  CHECK(script.patience == 0);
}

TEST_CASE("HAProxy 3 answers that it could not start") {
  const MasterAnswer failed{Answer::kAnswered, "Success=0\n--\n[ALERT] cannot bind\n"};
  Script script({shows("10 worker\n"), failed});
  const auto reload = reload_haproxy(script.means);
  CHECK(reload.kind == Kind::kRefused);
  CHECK(reload.detail == failed.text);
}

TEST_CASE("HAProxy 2.6 that could not start keeps silent, and the next reload works again") {
  Script script({shows("10 worker\n"), kSaysNothing, kReset});
  CHECK(reload_haproxy(script.means).kind == Kind::kSilent);
  Script next({kReset, kReset, shows("12 worker\n")});
  CHECK(reload_haproxy(next.means).kind == Kind::kTaken);
}

TEST_CASE("an HAProxy that is not there is not running, one that goes away is unclear") {
  Script away({kGone});
  CHECK(reload_haproxy(away.means).kind == Kind::kNotRunning);
  CHECK(away.commands == "show proc");
  Script leaves({shows("10 worker\n"), kGone});
  CHECK(reload_haproxy(leaves.means).kind == Kind::kNotRunning);
  Script dies({shows("10 worker\n"), kSaysNothing, kGone});
  const auto reload = reload_haproxy(dies.means);
  CHECK(reload.kind == Kind::kUnclear);
  CHECK(reload.detail == "HAProxy's master is gone after the reload: " + kGone.text);
}

TEST_CASE("a command reloads, and the master shows the outcome") {
  Script script({shows("10 worker\n"), shows("11 worker\n")});
  script.means.run_command = [] { return Result<ExternalResult>({0, ""}); };
  CHECK(reload_haproxy(script.means).kind == Kind::kTaken);
  CHECK(script.commands == "show proc, pause, show proc");
}

TEST_CASE("only the reload itself is waited for longer, and its time begins when it is asked for") {
  Script script({shows("10 worker\n"), kSays1, kReset, shows("11 worker\n")});
  CHECK(reload_haproxy(script.means).kind == Kind::kTaken);
  CHECK(script.commands == "show proc, reload, pause, show proc, pause, show proc");
  const std::chrono::milliseconds shortly = limits::kMasterAnswerTime;
  CHECK(script.times == std::vector<std::chrono::milliseconds>{shortly, limits::kMasterReloadTime,
                                                               shortly, shortly});
}

TEST_CASE("one who can't be asked is found before anything is done") {
  Script away({kGone});
  CHECK(manage::find_haproxy(away.means).kind == Kind::kNotRunning);
  Script barred({MasterAnswer{Answer::kBarred, "m.sock: Permission denied"}});
  CHECK(manage::find_haproxy(barred.means).kind == Kind::kBarred);
  CHECK(reload_haproxy(barred.means).detail == "m.sock: Permission denied");
  CHECK(barred.commands == "show proc, show proc");
  Script silent({kReset});  // of 2.6 after a failure
  CHECK(manage::find_haproxy(silent.means).kind == Kind::kTaken);
  CHECK(manage::find_haproxy({}).kind == Kind::kTaken);  // a command reloads
}

TEST_CASE("a command alone is believed") {
  manage::ReloadMeans means;
  means.run_command = [] { return Result<ExternalResult>({0, ""}); };
  CHECK(reload_haproxy(means).kind == Kind::kTaken);
  means.run_command = [] { return Result<ExternalResult>({3, "no unit\n"}); };
  const auto failed = reload_haproxy(means);
  CHECK(failed.kind == Kind::kUnclear);
  CHECK(failed.detail == "the reload command ended with 3: no unit");
  means.run_command = [] { return Result<ExternalResult>(Error{"x: cannot be run"}); };
  CHECK(reload_haproxy(means).detail == "x: cannot be run");
}
