#include "cli/agent_sources.h"

#include <catch2/catch.hpp>

#include "deployment.h"

using namespace pointsman;
using test::Deployment;

namespace {

config::Settings settings_of(const Deployment& deployment) {
  config::Settings settings;
  settings.gateways = deployment.folder.path("gateways");
  settings.sticky_keys = deployment.folder.path("state/sticky.keys");
  return settings;
}

}  // namespace

TEST_CASE("the first load publishes a table, a load without change publishes none") {
  const Deployment deployment;
  cli::AgentSources sources(settings_of(deployment));
  CHECK(sources.table().current() == nullptr);
  CHECK(sources.reload_gateways());
  CHECK(sources.table().generation() == 1);
  CHECK_FALSE(sources.reload_gateways());
  CHECK(sources.table().generation() == 1);
}

TEST_CASE("a table is published even where there is no gateway yet") {
  const Deployment deployment;
  std::filesystem::remove_all(deployment.folder.path("gateways"));
  cli::AgentSources sources(settings_of(deployment));
  CHECK(sources.reload_gateways());
  REQUIRE(sources.table().current() != nullptr);
  CHECK(sources.table().current()->gateways().empty());
}

TEST_CASE("keys are published again only when the file changed and is good") {
  const Deployment deployment;
  cli::AgentSources sources(settings_of(deployment));
  REQUIRE(sources.start_keys());
  const auto first = sources.keys().current();
  REQUIRE(first != nullptr);
  sources.reload_keys_if_changed();
  CHECK(sources.keys().current() == first);

  deployment.folder.write("state/sticky.keys", "rubbish\n", 0600);
  sources.reload_keys_if_changed();
  CHECK(sources.keys().current() == first);

  deployment.folder.write("state/sticky.keys", agent::new_key_line(9), 0600);
  sources.reload_keys_if_changed();
  CHECK(sources.keys().current() != first);
}

TEST_CASE("a key behind many empty lines is a change") {
  const Deployment deployment;
  const std::string first_keys = agent::new_key_line(1) + std::string(5000, '\n');
  deployment.folder.write("state/sticky.keys", first_keys, 0600);
  cli::AgentSources sources(settings_of(deployment));
  REQUIRE(sources.start_keys());
  const auto first = sources.keys().current();
  deployment.folder.write("state/sticky.keys", first_keys + agent::new_key_line(2), 0600);
  sources.reload_keys_if_changed();
  CHECK(sources.keys().current() != first);
}

TEST_CASE("keys are read again on demand, changed or not, but not while they are written") {
  const Deployment deployment;
  cli::AgentSources sources(settings_of(deployment));
  REQUIRE(sources.start_keys());
  const auto first = sources.keys().current();
  sources.reload_keys([](const std::string&) { return true; });
  CHECK(sources.keys().current() == first);
  sources.reload_keys();
  CHECK(sources.keys().current() != first);
}

TEST_CASE("a gateway's file that is being written changes nothing") {
  const Deployment deployment;
  cli::AgentSources sources(settings_of(deployment));
  sources.reload_gateways();
  deployment.folder.write("gateways/shop.yaml", "");
  CHECK_FALSE(sources.reload_gateways([](const std::string&) { return true; }));
  CHECK(sources.table().current()->gateways().size() == 1);
  CHECK(sources.reload_gateways());
  CHECK(sources.table().current()->gateways().empty());
}

TEST_CASE("a replaced table is freed on the main thread, when no worker reads it any more") {
  const Deployment deployment;
  cli::AgentSources sources(settings_of(deployment));
  sources.reload_gateways();
  auto read_by_worker = sources.table().current();
  const std::weak_ptr<const routing::RouteTable> watched = read_by_worker;
  deployment.folder.write("gateways/shop.yaml", "");
  REQUIRE(sources.reload_gateways());
  CHECK(sources.free_superseded());
  read_by_worker.reset();
  CHECK_FALSE(watched.expired());
  CHECK_FALSE(sources.free_superseded());
  CHECK(watched.expired());
}

TEST_CASE("keys that others may read are refused at the start") {
  const Deployment deployment;
  deployment.folder.write("state/sticky.keys", agent::new_key_line(9), 0644);
  cli::AgentSources sources(settings_of(deployment));
  CHECK_FALSE(sources.start_keys());
  CHECK(sources.keys().current() == nullptr);
}
