#include "cli/service_sources.h"

#include <catch2/catch.hpp>

#include "config/gateway_store.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using Catch::Contains;

namespace {

struct Fixture {
  std::string known() const {
    std::string text;
    for (const auto& each : keeper.services().services) {
      text += each.service + " " + std::to_string(each.live) + ";";
    }
    return text;
  }

  test::TemporaryFolder folder;
  config::Settings settings = settings_in(folder);
  cli::RegistryKeeper keeper{settings};
  cli::ServiceSources sources{settings, keeper};

 private:
  static config::Settings settings_in(const test::TemporaryFolder& folder) {
    config::Settings settings;
    settings.state = folder.path();
    settings.services = folder.path("services");
    return settings;
  }
};

}  // namespace

TEST_CASE("services files and gateways fill the registry") {
  Fixture f;
  f.sources.reload();
  CHECK(f.known().empty());
  f.folder.write("services/web.yaml", "name: web\ninstances: ['10.0.0.1:80']\n");
  f.sources.reload();
  CHECK(f.known() == "web 1;");
  Diagnostics diagnostics;
  config::GatewayStore store("");
  f.sources.take_gateways(
      *store
           .load({config::parse_gateway_file(
                     "g.yaml", "name: shop\nroutes: {v1: {instances: ['10.0.0.2:80']}}\n",
                     diagnostics)},
                 diagnostics)
           .table);
  CHECK(f.known() == "shop-v1 1;web 1;");
}

TEST_CASE("a faulty file's services stand, and each fault is told once") {
  Fixture f;
  f.folder.write("services/web.yaml", "name: web\ninstances: ['10.0.0.1:80']\n");
  f.sources.reload();
  f.folder.write("services/web.yaml", "name: web\ninstances: [x]\n");
  test::CapturedLog log;
  f.sources.reload();
  CHECK_THAT(log.take(), Contains("services/web.yaml:2:13: instances[0]: found the text 'x'") &&
                             Contains("the last good form stays live: "));
  f.sources.reload();
  CHECK_THAT(log.take(), !Contains("instances[0]"));
  CHECK(f.known() == "web 1;");
}

TEST_CASE("a name that DNS does not know leaves its service known and empty") {
  Fixture f;
  f.folder.write("services/web.yaml",
                 "name: web\ndiscover: {dns: nothing.invalid, port: 80, every: 1s}\n");
  f.sources.reload();
  f.sources.start_discovery();
  CHECK(f.known() == "web 0;");
}
