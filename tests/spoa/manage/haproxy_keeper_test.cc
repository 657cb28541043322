#include "manage/haproxy_keeper.h"

#include <catch2/catch.hpp>

#include "fake_host.h"
#include "master_socket.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using test::managed_gateway;
using test::managed_table;

namespace {

template <class Condition>
bool comes_true(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

struct Fixture {
  Fixture() {
    options = test::managed_options();
    options.folder = folder.path();
    machine.folder = folder.path();
    machine.check = {"true"};
    machine.reload = {"true"};
  }
  test::CapturedLog log;  // before the threads that log
  test::TemporaryFolder folder;
  manage::DeploymentOptions options;
  manage::MachineOptions machine;
};

}  // namespace

TEST_CASE("HAProxy follows the tables that are published") {
  Fixture fixture;
  manage::HaproxyKeeper keeper(fixture.options, fixture.machine);
  CHECK(keeper.facts().takeovers == 0);
  keeper.update(managed_table({managed_gateway("a", 1000)}));
  CHECK(comes_true([&] { return keeper.facts().takeovers == 1; }));
  CHECK(fixture.folder.read("haproxy.cfg").find("backend a__v1") != std::string::npos);
  keeper.update(managed_table({managed_gateway("b", 1001)}));
  CHECK(comes_true([&] { return keeper.facts().takeovers == 2; }));
  CHECK(fixture.folder.read("haproxy.cfg").find("backend b__v1") != std::string::npos);
}

TEST_CASE("tables that come while one is on its way are one change") {
  Fixture fixture;
  // The check waits until the test lets it go.
  fixture.machine.check = {"sh", "-c",
                           "while ! [ -e " + fixture.folder.path("go") +
                               " ]; do :; done; echo x >> " + fixture.folder.path("checks")};
  manage::HaproxyKeeper keeper(fixture.options, fixture.machine);
  keeper.update(managed_table({managed_gateway("first", 1000)}));
  CHECK(
      comes_true([&] { return std::filesystem::exists(fixture.folder.path("haproxy.cfg.new")); }));
  for (std::uint16_t i = 0; i < 50; ++i) {
    keeper.update(managed_table({managed_gateway("g" + std::to_string(i), 1001)}));
  }
  fixture.folder.write("go", "");
  CHECK(comes_true([&] { return keeper.facts().takeovers == 2; }));
  CHECK(fixture.folder.read("haproxy.cfg").find("backend g49__v1") != std::string::npos);
  CHECK(fixture.folder.read("checks") == "x\nx\n");
}

TEST_CASE("what failed is tried again without another table") {
  Fixture fixture;
  fixture.machine.check = {"cat", fixture.folder.path("good")};
  manage::HaproxyKeeper keeper(fixture.options, fixture.machine);
  keeper.update(managed_table({managed_gateway("a", 1000)}));
  CHECK(comes_true([&] { return keeper.facts().failures > 0; }));
  fixture.folder.write("good", "");
  CHECK(comes_true([&] { return keeper.facts().takeovers == 1; }));
}

TEST_CASE("one that is told to stop begins nothing more") {
  Fixture fixture;
  manage::HaproxyKeeper keeper(fixture.options, fixture.machine);
  keeper.stop();
  keeper.update(managed_table({managed_gateway("a", 1000)}));
  keeper.stop();
  CHECK(keeper.facts().takeovers == 0);
}

TEST_CASE("the end does not wait for a check") {
  Fixture fixture;
  fixture.machine.check = {"sleep", "1000"};
  {
    manage::HaproxyKeeper keeper(fixture.options, fixture.machine);
    keeper.update(managed_table({managed_gateway("a", 1000)}));
    CHECK(comes_true(
        [&] { return std::filesystem::exists(fixture.folder.path("haproxy.cfg.new")); }));
  }
  CHECK_FALSE(std::filesystem::exists(fixture.folder.path("haproxy.cfg")));
  const manage::HaproxyKeeper idle(fixture.options, fixture.machine);
}
