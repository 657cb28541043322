#include "cli/admin_listener.h"

#include <catch2/catch.hpp>

#include "cli/registry_keeper.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using Catch::Contains;

namespace {

struct Fixture {
  Fixture() { settings.state = folder.path(); }

  test::TemporaryFolder folder;
  config::Settings settings;
  api::Control& control() {
    if (!keeper) keeper = std::make_unique<cli::RegistryKeeper>(settings);
    return *keeper;
  }
  std::unique_ptr<cli::RegistryKeeper> keeper;
};

}  // namespace

TEST_CASE("the admin listener serves where the settings say, or nowhere") {
  Fixture f;
  config::AdminSettings settings;
  settings.listen_given = true;
  CHECK(cli::AdminListener(settings, f.control()).start());
  settings.listen = {*ListenAddress::parse("unix:" + f.folder.path("admin.sock")),
                     *ListenAddress::parse("127.0.0.1:0")};
  cli::AdminListener listener(settings, f.control());
  REQUIRE(listener.start());
  REQUIRE(listener.addresses().size() == 2);
  CHECK(listener.addresses()[1].port != 0);
}

TEST_CASE("a port that is taken is an error where it was asked for, else a warning") {
  Fixture f;
  config::AdminSettings settings;
  settings.listen = {*ListenAddress::parse("127.0.0.1:0")};
  cli::AdminListener first(settings, f.control());
  REQUIRE(first.start());
  settings.listen = first.addresses();
  test::CapturedLog log;
  cli::AdminListener second(settings, f.control());
  CHECK(second.start());
  CHECK(second.addresses().empty());
  CHECK_THAT(log.take(), Contains("warning: no admin listener: "));
  settings.listen_given = true;
  CHECK_FALSE(cli::AdminListener(settings, f.control()).start());
}

TEST_CASE("tokens are needed where they are named, and a faulty file keeps those of before") {
  Fixture f;
  config::AdminSettings settings;
  settings.tokens = f.folder.path("tokens");
  CHECK_FALSE(cli::AdminListener(settings, f.control()).start());
  f.folder.write("tokens", "web-0123456789abcdef register:web\n", 0600);
  cli::AdminListener listener(settings, f.control());
  REQUIRE(listener.start());
  test::CapturedLog log;
  f.folder.write("tokens", "short\n", 0600);
  listener.reload_tokens();
  CHECK_THAT(log.take(), Contains("tokens:1: ") && Contains("the tokens read before stay in use"));
  f.folder.write("tokens", "", 0600);
  listener.reload_tokens();
  CHECK_THAT(log.take(), Contains("0 tokens of the admin listener read from"));
}
