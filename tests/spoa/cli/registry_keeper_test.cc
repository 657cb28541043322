#include "cli/registry_keeper.h"

#include <catch2/catch.hpp>
#include <functional>

#include "base/clock.h"
#include "base/limits.h"
#include "registry/stored_registry.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using namespace std::chrono_literals;
using Catch::Contains;
using cli::RegistryKeeper;

namespace {

const std::string kFile = "state/registry.json";

struct Fixture {
  Fixture() {
    folder.write("state/x", "");
    settings.state = folder.path("state");
    settings.registry_keep_last = 1s;
  }

  test::TemporaryFolder folder;
  config::Settings settings;
};

registry::Instance instance(const std::string& id, const char* address) {
  return {id, *IpAddress::parse(address), 80, 100, {}};
}

std::string text_of(const RegistryKeeper& keeper) {
  std::string text;
  for (const auto& [name, service] : keeper.revisions().current()->services) {
    text += name + ":";
    for (const auto& each : service.instances) text += " " + each.id;
    text += ";";
  }
  return text;
}

bool soon(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_CASE("what is registered is published; lost, it is held, and then let go") {
  const Fixture f;
  test::CapturedLog log;
  {
    RegistryKeeper keeper(f.settings);
    CHECK(keeper.revisions().current()->services.empty());
    keeper.replace(registry::SourceKind::kFiles, {{"db", {{instance("d", "10.0.0.9")}}}});
    REQUIRE(keeper.put("web", instance("a", "10.0.0.1"), 1s));
    CHECK(soon([&] { return text_of(keeper) == "db: d;web: a;"; }));
    CHECK(soon([&] { return text_of(keeper) == "db: d;"; }));  // the thread wakes for each step
  }
  CHECK_THAT(log.take(), Contains("service web: 1 instance lost by source http: held for 1 s") &&
                             Contains("service web: 1 instance of source http let go"));
}

TEST_CASE("a call sees what the calls before it did") {
  const Fixture f;
  RegistryKeeper keeper(f.settings);
  REQUIRE(keeper.put("web", instance("a", "10.0.0.1"), 100s));
  REQUIRE(keeper.service("web"));
  CHECK(keeper.service("web")->instances.size() == 1);
  CHECK(keeper.services().services.size() == 1);
  CHECK(keeper.remove("web", "a"));
  CHECK_FALSE(keeper.service("web"));
  CHECK(keeper.confirm("web") == 0);
  CHECK_FALSE(keeper.ready());
  keeper.set_ready();
  CHECK(keeper.ready());
}

TEST_CASE("what DNS found goes with what is asked for") {
  const Fixture f;
  RegistryKeeper keeper(f.settings);
  keeper.update("web", {{instance("a", "10.0.0.1")}});
  keeper.update("db", {{instance("d", "10.0.0.1")}});
  keeper.retain_discovered({"db"});
  CHECK(soon([&] { return text_of(keeper) == "db: d;"; }));
}

TEST_CASE("a restart finds what was registered, and numbers rise") {
  const Fixture f;
  std::uint32_t number = 0;
  {
    RegistryKeeper keeper(f.settings);
    REQUIRE(keeper.put("web", instance("a", "10.0.0.1"), 100s));
    CHECK(soon([&] { return text_of(keeper) == "web: a;"; }));
    CHECK(soon([&] { return f.folder.read(kFile).find("\"a\"") != std::string::npos; }));
    number = keeper.revisions().current()->number;
  }
  RegistryKeeper keeper(f.settings);
  CHECK(text_of(keeper) == "web: a;");
  CHECK(keeper.revisions().current()->number == number + 1);
}

TEST_CASE("numbers are above the clock's, and above a stored one that is ahead of it") {
  const Fixture f;
  const auto now = static_cast<std::uint32_t>(unix_now());
  const auto first = [&](std::uint32_t stored) {
    f.folder.write(kFile, to_json(registry::StoredRegistry{stored, {}}));
    return RegistryKeeper(f.settings).revisions().current()->number;
  };
  CHECK(first(now + 1000000) == now + 1000001);
  CHECK(first(now - 1000000) > now);
  CHECK(first(now - 1000000) < now + 1000);
}

TEST_CASE("a damaged file is told of, put aside, and not fatal") {
  const Fixture f;
  f.folder.write(kFile, "{\"format\": ");
  {
    test::CapturedLog log;
    const RegistryKeeper keeper(f.settings);
    CHECK_THAT(log.take(), Contains("error: " + f.folder.path(kFile) +
                                    ": not a whole JSON object; "
                                    "registrations of before are not known, the file is kept as"));
    CHECK(keeper.revisions().current()->services.empty());
  }
  CHECK(f.folder.read(kFile + ".faulty") == "{\"format\": ");
  CHECK_THAT(f.folder.read(kFile), Contains("pointsman registry"));
}

TEST_CASE("a file has at most so many bytes") {
  const Fixture f;
  const std::string path = f.folder.write(kFile, to_json(registry::StoredRegistry{5, {}}));
  std::filesystem::resize_file(path, limits::kRegistryFileBytes + 1);
  test::CapturedLog log;
  { const RegistryKeeper keeper(f.settings); }
  CHECK_THAT(log.take(), Contains("the file has more than"));
  std::string longest = to_json(registry::StoredRegistry{5, {}});
  longest.resize(limits::kRegistryFileBytes, ' ');
  f.folder.write(kFile, longest);
  { const RegistryKeeper keeper(f.settings); }
  CHECK(log.take().empty());
}

TEST_CASE("a file that can't be written is one line, and the registry goes on") {
  Fixture f;
  f.settings.state = f.folder.path("missing");
  test::CapturedLog log;
  {
    RegistryKeeper keeper(f.settings);
    REQUIRE(keeper.put("web", instance("a", "10.0.0.1"), 100s));
    CHECK(soon([&] { return text_of(keeper) == "web: a;"; }));
  }
  CHECK_THAT(log.take(), Contains("registrations do not outlive a restart"));
}

TEST_CASE("the agent's own listeners are known, also those on every address") {
  const Fixture f;
  RegistryKeeper keeper(f.settings);
  keeper.set_own_listeners({*ListenAddress::parse("10.0.0.1:9012"),
                            *ListenAddress::parse("unix:/run/x.sock"),
                            *ListenAddress::parse("*:9013")});
  const auto own = [&](const char* address, std::uint16_t port) {
    return keeper.is_own_listener(*IpAddress::parse(address), port);
  };
  CHECK(own("10.0.0.1", 9012));
  CHECK_FALSE(own("10.0.0.1", 9013));
  CHECK_FALSE(own("10.0.0.2", 9012));
  CHECK(own("127.0.0.1", 9013));  // an address of this machine
  CHECK_FALSE(own("192.0.2.77", 9013));
}
