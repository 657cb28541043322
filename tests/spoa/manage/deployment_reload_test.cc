// What becomes of files and gateways where a reload does not go as it should.
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "deployment_fixture.h"
#include "manage/deployment.h"
#include "support/captured_log.h"

using namespace pointsman;
using manage::kCurrentFile;
using manage::kLastGoodFile;
using test::Fixture;
using test::has;
using test::kWhole;
using test::managed_gateway;
using test::Steps;
using Kind = manage::Reload::Kind;

TEST_CASE("an HAProxy that never ran finds its first files, and is waited for") {
  Fixture fixture;
  test::CapturedLog log;
  fixture.host.reloads = {Kind::kNotRunning, Kind::kNotRunning};
  fixture.host.reload_detail = "/run/m.sock: No such file or directory";
  fixture.host.found = Kind::kNotRunning;
  const test::Gateways gateways = {managed_gateway("a", 1000)};
  CHECK_FALSE(fixture.bring(gateways));
  CHECK(has(fixture.host.current(), "backend a__v1"));
  CHECK(fixture.deployment->facts().haproxy_away);
  CHECK(fixture.host.take_steps() == kWhole);
  CHECK_FALSE(fixture.bring(gateways));
  CHECK(fixture.host.take_steps().empty());
  CHECK(log.take() ==
        "warning: HAProxy is not running (/run/m.sock: No such file or directory); its new "
        "configuration waits for it\n");
  fixture.host.found = Kind::kTaken;
  fixture.host.reloads.clear();
  CHECK(fixture.bring(gateways));
  CHECK(fixture.host.take_steps() == Steps{"check", "reload"});
  CHECK_FALSE(fixture.deployment->facts().haproxy_away);
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("an HAProxy that is away comes back with what it ran, and then gets the change") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  fixture.host.take_steps();
  const test::Gateways next = {managed_gateway("b", 1001)};
  SECTION("it was away before") {
    fixture.host.found = Kind::kNotRunning;
    CHECK_FALSE(fixture.bring(next));
    CHECK(fixture.host.take_steps() == Steps{"check"});
    CHECK_FALSE(fixture.bring(next));
    CHECK(fixture.host.take_steps().empty());
  }
  SECTION("it goes away between check and reload") {
    fixture.host.reloads = {Kind::kNotRunning};
    CHECK_FALSE(fixture.bring(next));
    CHECK(fixture.host.take_steps() ==
          Steps{"check", "rename haproxy.cfg.new", "reload", "rename haproxy.cfg.last-good"});
  }
  SECTION("it does so, and the agent is another one then") {
    fixture.host.reloads = {Kind::kNotRunning};
    CHECK_FALSE(fixture.bring(next));
    fixture.start_anew();
    fixture.host.found = Kind::kNotRunning;
    fixture.host.reloads = {Kind::kNotRunning};
    CHECK_FALSE(fixture.bring({managed_gateway("a", 1000)}));
  }
  CHECK(fixture.host.current() == before);
  CHECK(fixture.deployment->facts().haproxy_away);
  fixture.host.found = Kind::kTaken;
  CHECK(fixture.bring(next));
  CHECK(has(fixture.host.running, "backend b__v1"));
  CHECK(fixture.host.files[kLastGoodFile] == fixture.host.running);
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("an HAProxy that can't be asked is a fault, and keeps its files") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.current();
  fixture.host.take_steps();
  fixture.host.found = Kind::kBarred;
  fixture.host.reload_detail = "/run/m.sock: Permission denied";
  CHECK_FALSE(fixture.bring({managed_gateway("b", 1001)}));
  CHECK(fixture.host.take_steps() == Steps{"check"});
  CHECK(fixture.host.current() == before);
  CHECK_FALSE(fixture.deployment->facts().haproxy_away);
  CHECK(fixture.deployment->facts().fault == "/run/m.sock: Permission denied");
}

TEST_CASE("another agent on the folder is a fault") {
  Fixture fixture;
  fixture.host.is_locked = true;
  CHECK_FALSE(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.files.empty());
  CHECK(fixture.deployment->facts().fault == "another agent");
}

TEST_CASE("what somebody else writes to the current file in between is not replaced") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string theirs = fixture.host.current() + "# by hand\n";
  const test::Gateways next = {managed_gateway("b", 1001)};
  SECTION("before a change") { fixture.host.files[kCurrentFile] = theirs; }
  SECTION("before the last good text is put back") {
    fixture.host.on_reload = [&] { fixture.host.files[kCurrentFile] = theirs; };
    fixture.host.reloads = {Kind::kRefused};
  }
  CHECK_FALSE(fixture.bring(next));
  CHECK_FALSE(fixture.bring(next));
  CHECK(fixture.host.current() == theirs);
  CHECK(has(fixture.deployment->facts().fault,
            "/f/haproxy.cfg is not what the agent wrote: somebody else changed it"));
  fixture.host.files.erase(kCurrentFile);
  fixture.host.on_reload = nullptr;
  CHECK(fixture.bring(next));
  CHECK(has(fixture.host.running, "backend b__v1"));
}

TEST_CASE("a last good text that can't be put back at once is put back later") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  const test::Gateways next = {managed_gateway("b", 1001)};
  fixture.host.reloads = {Kind::kRefused, Kind::kRefused};
  fixture.host.on_reload = [&] { fixture.host.cannot = kCurrentFile; };
  CHECK_FALSE(fixture.bring(next));
  CHECK(fixture.host.current() != before);
  fixture.host.cannot.clear();
  fixture.host.on_reload = nullptr;
  SECTION("by the same agent") {}
  SECTION("by the next one") { fixture.start_anew(); }
  CHECK(fixture.bring(next));
  CHECK(fixture.host.current() == before);
}

TEST_CASE("gateways that can't be kept don't keep the last good text away") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  fixture.host.reloads = {Kind::kRefused};
  fixture.host.on_reload = [&] { fixture.host.cannot = manage::kFormsFile; };
  fixture.bring({managed_gateway("b", 1001)});
  CHECK(fixture.host.current() == before);
}

TEST_CASE("a way back that HAProxy did not take is gone again, also by the next agent") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  fixture.host.reloads = {Kind::kSilent, Kind::kSilent};
  const test::Gateways next = {managed_gateway("b", 1001)};
  CHECK_FALSE(fixture.bring(next));
  CHECK(fixture.host.current() == before);
  fixture.host.running = "unknown";
  fixture.host.take_steps();
  SECTION("the same agent, for the same table") {
    CHECK(fixture.bring(next));
    CHECK(has(fixture.deployment->facts().fault, "did not take the new configuration"));
    CHECK(fixture.host.take_steps() == Steps{"reload"});
  }
  SECTION("another agent, back at the old table") {
    fixture.start_anew();
    CHECK(fixture.bring({managed_gateway("a", 1000)}));
    CHECK(fixture.host.take_steps() == Steps{"check", "reload"});
  }
  CHECK(fixture.host.running == before);
  CHECK(fixture.host.files[kLastGoodFile] == before);
}

TEST_CASE("a gateway whose port is taken is held by the next agent, too, with its own last form") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)}));
  // The agent ends between rename and reload.
  fixture.host.on_reload = [&] { fixture.host.stopping = true; };
  fixture.host.reloads = {Kind::kUnclear};
  const test::Gateways next = {managed_gateway("a", 1002), managed_gateway("b", 1001, "source")};
  fixture.bring(next);
  CHECK(has(fixture.host.current(), "bind *:1002"));
  fixture.host.stopping = false;
  fixture.host.on_reload = nullptr;
  fixture.start_anew();
  fixture.host.reload_detail = "Success=0\n[ALERT] (1) : cannot bind for a__v1.\n";
  fixture.host.reloads = {Kind::kRefused};
  CHECK(fixture.bring(next));
  CHECK(has(fixture.host.running, "balance leastconn"));
  CHECK(has(fixture.host.running, "bind *:1000"));
  CHECK(has(fixture.host.running, "balance source"));
  CHECK(fixture.deployment->facts().refused.at(0).gateway == "a");
}

TEST_CASE("a command that always fails does not reload for ever") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const bool also_back = GENERATE(true, false);
  const test::Gateways next = {managed_gateway("b", 1001)};
  fixture.host.take_steps();
  const auto bring = [&] {
    fixture.host.reloads = {Kind::kUnclear};
    if (also_back) fixture.host.reloads.push_back(Kind::kUnclear);
    return fixture.bring(next);
  };
  for (std::size_t i = 1; i < limits::kManagedReloads; ++i) CHECK_FALSE(bring());
  CHECK(bring());
  CHECK(has(fixture.deployment->facts().fault, "did not take the new configuration"));
  const Steps steps = fixture.host.take_steps();
  CHECK(static_cast<std::size_t>(std::count(steps.begin(), steps.end(), "reload")) ==
        2 * limits::kManagedReloads);
  CHECK(bring());
  CHECK(fixture.host.take_steps().empty());
  fixture.host.reloads.clear();
  CHECK(fixture.bring({managed_gateway("c", 1002)}));
  CHECK(has(fixture.host.running, "backend c__v1"));
}

TEST_CASE("a reload that HAProxy refuses puts the last good files back, and is not repeated") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  const test::Gateways next = {managed_gateway("a", 1000), managed_gateway("b", 1001)};
  fixture.host.take_steps();
  fixture.host.reload_detail = "Success=0\n[ALERT] (1) : something.\n";
  fixture.host.reloads = {Kind::kRefused};
  CHECK(fixture.bring(next));
  CHECK(fixture.host.take_steps() ==
        Steps{"check", "rename haproxy.cfg.new", "reload", "rename haproxy.cfg.last-good"});
  CHECK(fixture.host.current() == before);
  CHECK(fixture.deployment->facts().fault ==
        "HAProxy did not take the new configuration: something.");
  CHECK(fixture.bring(next));
  CHECK(fixture.host.take_steps().empty());
  CHECK(fixture.bring({managed_gateway("a", 1000), managed_gateway("c", 1002)}));
  CHECK(has(fixture.host.running, "backend c__v1"));
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("a gateway that HAProxy's start names is held, and the others go on") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  fixture.host.take_steps();
  fixture.host.reload_detail = "Success=0\n[ALERT] (1) : cannot bind for b__v1.\n";
  fixture.host.reloads = {Kind::kRefused};
  CHECK(fixture.bring(
      {managed_gateway("a", 1000), managed_gateway("b", 1001), managed_gateway("c", 1002)}));
  CHECK_FALSE(has(fixture.host.running, "backend b__v1"));
  CHECK(has(fixture.host.running, "backend c__v1"));
  CHECK(fixture.deployment->facts().refused.at(0).gateway == "b");
}

TEST_CASE("where it is not known what HAProxy runs, the last good files are run again") {
  const Kind kind = GENERATE(Kind::kSilent, Kind::kUnclear);
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.running;
  fixture.host.take_steps();
  fixture.host.reloads = {kind, Kind::kTaken};
  const test::Gateways next = {managed_gateway("b", 1001)};
  // One that came too late is tried again; one that can't start is not.
  CHECK(fixture.bring(next) == (kind == Kind::kSilent));
  CHECK(fixture.host.take_steps() == Steps{"check", "rename haproxy.cfg.new", "reload",
                                           "rename haproxy.cfg.last-good", "reload"});
  CHECK(fixture.host.running == before);
  CHECK(fixture.bring(next));
  CHECK(fixture.host.take_steps() == (kind == Kind::kSilent ? Steps{} : kWhole));
}

TEST_CASE("reloads that name one gateway after another end") {
  Fixture fixture;
  test::Gateways gateways;
  for (std::uint16_t i = 0; i <= limits::kManagedReloads; ++i) {
    gateways.push_back(managed_gateway("g" + std::to_string(i), 1000 + i));
  }
  CHECK(fixture.bring({managed_gateway("a", 2000)}));
  gateways.push_back(managed_gateway("a", 2000));
  fixture.host.take_steps();
  fixture.host.reloads.assign(10, Kind::kRefused);
  fixture.host.reload_detail = "[ALERT] : g0__v1\n";
  CHECK(fixture.bring(gateways));
  const Steps steps = fixture.host.take_steps();
  const auto reloads = std::count(steps.begin(), steps.end(), "reload");
  CHECK(reloads == 2);  // the second one names nobody else
  CHECK(static_cast<std::size_t>(reloads) <= limits::kManagedReloads);
}
