#include "cli/render_settings.h"

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using namespace pointsman;

TEST_CASE("HAProxy is told the listeners of the settings as it reaches them") {
  config::Settings settings = config::default_settings();
  settings.state = "/var/lib/x";
  settings.spop.listen = {*ListenAddress::parse("unix:/run/spop.sock"),
                          *ListenAddress::parse("*:9012")};
  settings.table.listen.clear();
  settings.spoe_headers = {"cookie"};
  const render::Options options = cli::render_options(settings);
  CHECK(options.agents == std::vector<std::string>{"unix:/run/spop.sock", "127.0.0.1:9012"});
  CHECK(options.table_agents.empty());
  CHECK(options.table_file == "/var/lib/x/table");
  CHECK(options.headers == settings.spoe_headers);
  CHECK(options.nameserver == "127.0.0.1:8600");
  CHECK(options.zone == "pointsman.internal");
}

TEST_CASE("a port's bind is PORT=BIND") {
  const auto binds = cli::parse_port_binds({"80=127.0.0.1:8080", "443=:8443 ssl crt x"});
  REQUIRE(binds);
  CHECK(binds->at(80) == "127.0.0.1:8080");
  CHECK(binds->at(443) == ":8443 ssl crt x");
  for (const std::string text : {"", "80", "80=", "=x", "0=x", "65536=x", "a=x", "80 =x"}) {
    const auto refused = cli::parse_port_binds({text});
    INFO(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("'" + text + "': wanted PORT=BIND"));
  }
  const auto twice = cli::parse_port_binds({"80=:80", "80=:81"});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "'80=:81': the port stands there twice");
}

TEST_CASE("the secret of instance cookies is made once") {
  const test::TemporaryFolder folder;
  const auto first = cli::instance_key(folder.path("key"));
  REQUIRE(first);
  CHECK(first->made);
  CHECK(first->text.size() == 32);
  const auto second = cli::instance_key(folder.path("key"));
  REQUIRE(second);
  CHECK_FALSE(second->made);
  CHECK(second->text == first->text);
  folder.write("key", "\n");
  CHECK_FALSE(cli::instance_key(folder.path("key")));
}
