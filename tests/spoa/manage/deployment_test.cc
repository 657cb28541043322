#include "manage/deployment.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/limits.h"
#include "deployment_fixture.h"
#include "support/captured_log.h"

using namespace pointsman;
using manage::kCandidateFile;
using manage::kCurrentFile;
using manage::kLastGoodFile;
using test::Fixture;
using test::has;
using test::kWhole;
using test::managed_gateway;
using test::managed_table;
using test::Steps;
using Kind = manage::Reload::Kind;

TEST_CASE("a table becomes files that are checked, made current, and run by HAProxy") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps() == kWhole);
  const std::string text = fixture.host.current();
  CHECK(text.starts_with(manage::kOwnLine));
  CHECK(fixture.host.running == text);
  CHECK(fixture.host.files[kLastGoodFile] == text);
  CHECK_FALSE(fixture.host.files.contains(kCandidateFile));
  const std::string parts = *manage::parts_folders_in(text).begin();
  CHECK(fixture.host.files.contains(parts + "/pointsman.spoe.cfg"));
  CHECK(fixture.host.files.contains(parts + "/pointsman/pointsman.lua"));
  CHECK(fixture.deployment->facts().takeovers == 1);
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("weights change nothing that HAProxy has to be told") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "", 60)}));
  fixture.host.take_steps();
  for (const std::uint32_t weight : {40U, 0U, 100U}) {
    CHECK(fixture.bring({managed_gateway("a", 1000, "", weight)}));
  }
  CHECK(fixture.host.take_steps().empty());
}

TEST_CASE("a new process with an unchanged table does nothing") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  fixture.host.take_steps();
  fixture.start_anew();
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps().empty());
  CHECK(fixture.bring({managed_gateway("a", 1000), managed_gateway("b", 1001)}));
  CHECK(fixture.host.take_steps() == kWhole);
}

TEST_CASE("a process that ended between rename and reload is made up for") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  fixture.host.take_steps();
  // As after the rename: the current text is not the last good one.
  fixture.host.files[kLastGoodFile] = std::string(manage::kOwnLine) + "# older\n";
  fixture.start_anew();
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps() == Steps{"check", "reload"});
  CHECK(fixture.host.files[kLastGoodFile] == fixture.host.current());
}

TEST_CASE("an agent that stops leaves the files as they are") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.current();
  fixture.host.stopping = true;
  CHECK(fixture.bring({managed_gateway("b", 1001)}));
  CHECK(fixture.host.current() == before);
}

TEST_CASE("a file of somebody else's is never replaced") {
  Fixture fixture;
  test::CapturedLog log;
  fixture.host.files[kCurrentFile] = "global\n";
  CHECK_FALSE(fixture.bring({managed_gateway("a", 1000)}));
  CHECK_FALSE(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps().empty());
  CHECK(fixture.host.current() == "global\n");
  CHECK(log.take() ==
        "error: HAProxy's configuration: /f/haproxy.cfg is not Pointsman's (its first line "
        "tells): move it away, or name another folder\n");
  fixture.host.files.clear();
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps() == kWhole);
}

TEST_CASE("a gateway that HAProxy refuses keeps its last form, by name, and the others go on") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)}));
  test::CapturedLog log;
  fixture.host.take_steps();
  const test::Gateways broken = {managed_gateway("a", 1000, "wrong"),
                                 managed_gateway("b", 1001, "source"), managed_gateway("c", 1002)};
  CHECK(fixture.bring(broken));
  CHECK(fixture.host.take_steps() == Steps{"check", "check", "rename haproxy.cfg.new", "reload"});
  const std::string& text = fixture.host.running;
  CHECK(has(text, "balance leastconn"));
  CHECK(has(text, "balance source"));
  CHECK(has(text, "backend c__v1"));
  CHECK_FALSE(has(text, "wrong"));
  const auto& facts = fixture.deployment->facts();
  REQUIRE(facts.refused.size() == 1);
  CHECK(facts.refused[0].gateway == "a");
  CHECK(has(facts.refused[0].message, "a.yaml:4:14: routes.v1.balance: HAProxy: parsing"));
  CHECK(has(log.take(), "HAProxy refuses gateway a and goes on without its change"));

  // The same once more, and then mended.
  CHECK(fixture.bring(broken));
  CHECK(fixture.host.take_steps().empty());
  CHECK(fixture.bring({managed_gateway("a", 1000, "uri"), broken[1], broken[2]}));
  CHECK(has(fixture.host.running, "balance uri"));
  CHECK(facts.refused.empty());
  CHECK(has(log.take(), "HAProxy takes all gateways again"));
}

TEST_CASE("a new process knows the form that HAProxy took last, and the others go on") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)}));
  fixture.start_anew();
  CHECK(fixture.bring({managed_gateway("a", 1000, "wrong"), managed_gateway("b", 1001, "source"),
                       managed_gateway("c", 1002)}));
  CHECK(has(fixture.host.running, "balance leastconn"));
  CHECK(has(fixture.host.running, "balance source"));
  CHECK(has(fixture.host.running, "backend c__v1"));
  CHECK(fixture.deployment->facts().refused.at(0).gateway == "a");
}

TEST_CASE("the form that a new process knows is that of the last good text") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn")}));
  const Kind kind = GENERATE(Kind::kNotRunning, Kind::kRefused);
  fixture.host.reloads = {kind};
  CHECK(fixture.bring({managed_gateway("a", 1000, "uri")}) == (kind == Kind::kRefused));
  fixture.start_anew();
  CHECK(fixture.bring({managed_gateway("a", 1000, "wrong")}));
  CHECK(has(fixture.host.running, "balance leastconn"));
}

TEST_CASE("a gateway that is not known in whole keeps the form that HAProxy took last") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)}));
  fixture.start_anew();
  const auto table = managed_table({managed_gateway("a", 1000), managed_gateway("c", 1002)});
  CHECK(fixture.deployment->bring_to(*table, {"a"}));
  CHECK(has(fixture.host.running, "balance leastconn"));
  CHECK(has(fixture.host.running, "backend c__v1"));
  CHECK_FALSE(has(fixture.host.running, "backend b__v1"));
  CHECK(fixture.deployment->facts().refused.empty());
  fixture.host.take_steps();
  CHECK(fixture.deployment->bring_to(*table, {"a"}));
  CHECK(fixture.host.take_steps().empty());
}

TEST_CASE("a gateway whose last form is not known is not left out") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)}));
  const std::string before = fixture.host.running;
  fixture.host.files.erase(manage::kFormsFile);
  fixture.start_anew();
  fixture.host.take_steps();
  CHECK(fixture.bring({managed_gateway("a", 1000, "wrong"), managed_gateway("b", 1001)}));
  CHECK(fixture.host.current() == before);
  CHECK(has(fixture.deployment->facts().fault, "gateway a is not taken as it is"));
  // A new one is, and forms that are known are kept again.
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001),
                       managed_gateway("c", 1002, "wrong")}));
  CHECK(fixture.host.current() == before);
  CHECK(fixture.host.files.contains(manage::kFormsFile));
  CHECK(fixture.deployment->facts().fault.empty());
  CHECK(fixture.deployment->facts().refused.at(0).gateway == "c");
}

TEST_CASE("a gateway that HAProxy serves is known as such, however a template writes its section") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000, "leastconn")}));
  for (const char* file : {manage::kCurrentFile, manage::kLastGoodFile}) {
    std::string& text = fixture.host.files.at(file);
    const std::string plain = "\nbackend a__v1\n";
    text.replace(text.find(plain), plain.size(), "\n  backend  a__v1 # ours\n");
  }
  fixture.host.files.erase(manage::kFormsFile);
  fixture.start_anew();
  CHECK(fixture.bring({managed_gateway("a", 1000, "wrong")}));
  CHECK(has(fixture.deployment->facts().fault, "gateway a is not taken as it is"));
}

TEST_CASE("a step that fails changes nothing that HAProxy has, and is tried again") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  const std::string before = fixture.host.current();
  const test::Gateways next = {managed_gateway("a", 1000), managed_gateway("b", 1001)};
  test::CapturedLog log;
  SECTION("the candidate can't be written") { fixture.host.cannot = kCandidateFile; }
  SECTION("the current file can't be replaced") { fixture.host.cannot = kCurrentFile; }
  SECTION("HAProxy can't be run") {
    fixture.host.judge = [](const std::string&) -> Result<std::string> {
      return Error{"haproxy: cannot be run: No such file or directory"};
    };
  }
  SECTION("HAProxy refuses everything and says nothing") {
    fixture.host.judge = [](const std::string&) { return Result<std::string>("\n\n"); };
  }
  CHECK_FALSE(fixture.bring(next));
  CHECK_FALSE(fixture.bring(next));
  CHECK(fixture.host.current() == before);
  CHECK(fixture.host.running == before);
  CHECK_FALSE(fixture.deployment->facts().fault.empty());
  CHECK(has(log.take(), "error: HAProxy's configuration: "));
  fixture.host.cannot.clear();
  fixture.host.judge = [](const std::string&) { return Result<std::string>(""); };
  CHECK(fixture.bring(next));
  CHECK(has(fixture.host.running, "backend b__v1"));
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("parts are kept for as long as a file names them") {
  Fixture fixture;
  const auto folders = [&] {
    std::set<std::string> found;
    for (const auto& [name, text] : fixture.host.files) {
      found.merge(manage::parts_folders_in(name));
    }
    return found.size();
  };
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(folders() == 1);
  for (std::uint16_t i = 0; i < 5; ++i) {
    const std::string name = "b" + std::to_string(i);
    CHECK(fixture.bring({managed_gateway("a", 1000), managed_gateway(name, 1001, "wrong")}));
    CHECK(folders() == 1);
  }
  fixture.host.found = Kind::kNotRunning;
  CHECK_FALSE(fixture.bring({managed_gateway("c", 1000)}));
  CHECK(folders() == 1);
  fixture.host.found = Kind::kTaken;
  fixture.host.reloads = {Kind::kNotRunning};
  CHECK_FALSE(fixture.bring({managed_gateway("d", 1000)}));
  CHECK(folders() == 1);
  CHECK(fixture.bring({managed_gateway("d", 1000)}));
  CHECK(folders() == 1);
}

TEST_CASE("files that can't be read are not taken for missing ones") {
  Fixture fixture;
  fixture.host.cannot =
      GENERATE(as<std::string>(), kCurrentFile, kLastGoodFile, manage::kFormsFile);
  CHECK_FALSE(fixture.bring({managed_gateway("a", 1000)}));
  CHECK(fixture.host.take_steps().empty());
  fixture.host.cannot.clear();
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
}

TEST_CASE("what is kept and can't be written is written later, before the next change") {
  Fixture fixture;
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  test::CapturedLog log;
  fixture.host.cannot = GENERATE(as<std::string>(), kLastGoodFile, manage::kFormsFile);
  CHECK_FALSE(fixture.bring({managed_gateway("b", 1001)}));
  CHECK(has(log.take(), "the next one reloads once more"));
  const std::string running = fixture.host.running;
  CHECK(has(running, "backend b__v1"));
  fixture.host.take_steps();
  SECTION("by the same process") {
    CHECK_FALSE(fixture.bring({managed_gateway("c", 1002)}));
    CHECK(fixture.host.take_steps().empty());
    fixture.host.cannot.clear();
    CHECK(fixture.bring({managed_gateway("b", 1001)}));
    CHECK(fixture.host.take_steps().empty());
  }
  SECTION("by the next one") {
    fixture.host.cannot.clear();
    fixture.start_anew();
    CHECK(fixture.bring({managed_gateway("b", 1001)}));
    CHECK(fixture.host.take_steps() == Steps{"check", "reload"});
  }
  CHECK(fixture.host.files[kLastGoodFile] == running);
  CHECK(fixture.deployment->facts().fault.empty());
}

TEST_CASE("of many refused gateways only so many are told") {
  Fixture fixture;
  test::Gateways gateways;
  for (std::uint16_t i = 0; i <= limits::kManagedRefused; ++i) {
    gateways.push_back(managed_gateway("g" + std::to_string(i), 1000 + i, "wrong"));
  }
  CHECK(fixture.bring({managed_gateway("a", 1000)}));
  test::CapturedLog log;
  CHECK(fixture.bring({gateways.begin(), gateways.end() - 1}));
  CHECK_FALSE(has(log.take(), "more"));
  fixture.start_anew();
  CHECK(fixture.bring(gateways));
  CHECK(has(log.take(), "... and 1 gateways more"));
  CHECK(fixture.deployment->facts().refused.size() == gateways.size());
}
