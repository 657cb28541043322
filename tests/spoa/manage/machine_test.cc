#include "manage/machine.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/limits.h"
#include "manage/configuration.h"
#include "master_socket.h"
#include "support/temporary_folder.h"

using namespace pointsman;
namespace fs = std::filesystem;
using Kind = manage::Reload::Kind;

namespace {

struct Fixture {
  manage::Machine machine(manage::MachineOptions options = {}) {
    options.folder = folder.path();
    return {options, stop};
  }
  bool exists(const std::string& name) const { return fs::exists(folder.path(name)); }

  test::TemporaryFolder folder;
  StopFlag stop;
};

const std::string kOne = "pointsman-0000000000000001";
const std::string kTwo = "pointsman-0000000000000002";
const std::string kThree = "pointsman-0000000000000003";

}  // namespace

TEST_CASE("files are written whole, with the folders that they need, for their owner and group") {
  Fixture fixture;
  auto machine = fixture.machine();
  REQUIRE(machine.write("a/b/c", "text"));
  CHECK(fixture.folder.read("a/b/c") == "text");
  CHECK((fs::status(fixture.folder.path("a/b/c")).permissions() & fs::perms::mask) ==
        static_cast<fs::perms>(0640));
  REQUIRE(machine.rename("a/b/c", "d"));
  CHECK(**machine.read("d") == "text");
  CHECK_FALSE(*machine.read("a/b/c"));
}

TEST_CASE("a file that is there gets the mode of one that is written") {
  Fixture fixture;
  auto machine = fixture.machine();
  fixture.folder.write("file", "old");
  fs::permissions(fixture.folder.path("file"), static_cast<fs::perms>(0666));
  REQUIRE(machine.write("file", "new"));
  CHECK((fs::status(fixture.folder.path("file")).permissions() & fs::perms::mask) ==
        static_cast<fs::perms>(0640));
}

TEST_CASE("symbolic links are not followed") {
  Fixture fixture;
  auto machine = fixture.machine();
  const test::TemporaryFolder other;
  other.write("file", "theirs");
  fs::create_symlink(other.path("file"), fixture.folder.path("file"));
  fs::create_symlink(other.path(), fixture.folder.path("folder"));
  CHECK_FALSE(machine.write("file", "text"));
  CHECK_FALSE(machine.write("folder/file", "text"));
  CHECK(machine.read("file").error().message ==
        fixture.folder.path("file") +
            ": is a symbolic link, which the agent does not follow there");
  CHECK(other.read("file") == "theirs");
}

TEST_CASE("one agent has the folder, until it ends") {
  Fixture fixture;
  auto second = fixture.machine();
  {
    auto first = fixture.machine();
    CHECK(first.lock());
    CHECK(first.lock());
    CHECK(second.lock().error().message ==
          fixture.folder.path() + ": another agent keeps HAProxy's configuration there");
  }
  CHECK(second.lock());
}

TEST_CASE("files that can't be read or written are errors") {
  Fixture fixture;
  auto machine = fixture.machine();
  fixture.folder.write("file", "");
  CHECK_FALSE(machine.write("file/below", "text"));
  CHECK_FALSE(machine.rename("none", "other"));
  fs::create_directory(fixture.folder.path("folder"));
  CHECK_FALSE(machine.read("folder"));
}

TEST_CASE("a file is read up to its limit") {
  Fixture fixture;
  fixture.folder.write("large", "");
  fs::resize_file(fixture.folder.path("large"), limits::kManagedFileBytes);  // sparse
  CHECK(fixture.machine().read("large"));
  fs::resize_file(fixture.folder.path("large"), limits::kManagedFileBytes + 1);
  CHECK_FALSE(fixture.machine().read("large"));
}

TEST_CASE("parts that nothing names are removed, and nothing else") {
  Fixture fixture;
  auto machine = fixture.machine();
  for (const std::string& name : {kOne, kTwo, kThree, std::string("pointsman-agents")}) {
    REQUIRE(machine.write(name + "/file", "x"));
  }
  fixture.folder.write("haproxy.cfg", "");
  const std::string four = "pointsman-0000000000000004";
  REQUIRE(machine.write(four + "/file", "x"));
  machine.sweep("config /x/" + kOne + "/a\nlua-load /x/" + four + "/b", "map /x/" + kTwo + "/a");
  CHECK(fixture.exists(four + "/file"));
  CHECK(fixture.exists(kOne + "/file"));
  CHECK(fixture.exists(kTwo + "/file"));
  CHECK_FALSE(fixture.exists(kThree));
  CHECK(fixture.exists("pointsman-agents/file"));
  CHECK(fixture.exists("haproxy.cfg"));
}

TEST_CASE("the check is given the file's path in the place of FILE") {
  Fixture fixture;
  fixture.folder.write("x.cfg", "content");
  manage::MachineOptions options;
  options.check = {"sh", "-c", "cat \"$1\"; echo \" $2\"; exit 1", "sh", "FILE", "FILES"};
  const auto result = fixture.machine(options).check("x.cfg");
  REQUIRE(result);
  CHECK(result->output == "content FILES\n");
  CHECK(result->exit_code == 1);
}

TEST_CASE("a reload goes by the master's socket, or by a command") {
  Fixture fixture;
  std::atomic<int> reloads{0};
  test::MasterSocket master([&](const std::string& command) {
    if (command == "reload") return std::string(++reloads > 0 ? "Success=1\n" : "");
    return "#<PID>\n# workers\n" + std::to_string(10 + reloads) + " worker\n";
  });
  manage::MachineOptions options;
  options.master = master.path();
  const auto taken = fixture.machine(options).reload();
  CHECK(taken.kind == Kind::kTaken);
  CHECK(taken.detail == "10 -> 11");
  options.reload = {"false"};
  CHECK(fixture.machine(options).reload().kind == Kind::kUnclear);
  options.master.clear();
  options.reload = {"true"};
  CHECK(fixture.machine(options).reload().kind == Kind::kTaken);
  CHECK(reloads == 1);
  options.reload.clear();
  options.master = "/no/such.sock";
  CHECK(fixture.machine(options).reload().kind == Kind::kNotRunning);
}

TEST_CASE("a reload whose worker does not come is given up when we are to stop") {
  Fixture fixture;
  test::MasterSocket master([&](const std::string& command) {
    if (command == "reload") fixture.stop.set();
    return std::string("#<PID>\n# workers\n10 worker\n");
  });
  manage::MachineOptions options;
  options.master = master.path();
  auto machine = fixture.machine(options);
  CHECK(machine.reload().kind != Kind::kTaken);
  CHECK(machine.is_stopping());
}
