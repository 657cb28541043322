#include "cli/zone_keeper.h"

#include <catch2/catch.hpp>

#include "spoa/cli/deployment.h"
#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using Catch::Contains;

namespace {

config::Settings advertised_at(std::vector<std::string> places) {
  config::Settings settings = config::default_settings();
  settings.advertise = std::move(places);
  return settings;
}

}  // namespace

TEST_CASE("gateways have their hosts, port and advertised addresses in DNS") {
  auto spec = test::shop();
  spec.virtual_hosts = {{"shop.example.com", {}}};
  const auto table = test::table_of({spec}, "example.internal");
  const dns::ZoneSpec zones = cli::zone_spec(advertised_at({"10.0.0.1", "2001:db8::1"}), *table);
  REQUIRE(zones.gateways.size() == 1);
  CHECK(zones.gateways[0].name == "shop");
  CHECK(zones.gateways[0].hosts ==
        std::vector<std::string>{"shop.example.com", "shop.example.internal"});
  CHECK(zones.gateways[0].port == 8080);
  CHECK(zones.gateways[0].addresses.size() == 2);
  CHECK(zones.gateways[0].alias.empty());
}

TEST_CASE("a gateway advertised by a name leads to that name, unless addresses are known, too") {
  const auto table = test::table_of({test::shop()});
  CHECK(cli::zone_spec(advertised_at({"edge.example.com"}), *table).gateways[0].alias ==
        "edge.example.com");
  CHECK(cli::zone_spec(advertised_at({"edge.example.com", "10.0.0.1"}), *table)
            .gateways[0]
            .alias.empty());
}

TEST_CASE("the cookie secret is 32 hexadecimal digits in a file of its owner's") {
  const test::Deployment deployment;
  const std::string path = deployment.folder.path("secret");
  CHECK_THAT(cli::read_cookie_secret(path).error().message, Contains("No such file"));
  deployment.folder.write("secret", "000102030405060708090a0b0c0d0e0f\n", 0600);
  const auto secret = cli::read_cookie_secret(path);
  REQUIRE(secret);
  CHECK((*secret)[15] == 15);
  const std::vector<std::string> wrong{"", "00", "000102030405060708090a0b0c0d0e0f00",
                                       "000102030405060708090a0b0c0d0e0g",
                                       " 00102030405060708090a0b0c0d0e0f"};
  for (const std::string& text : wrong) {
    deployment.folder.write("secret", text, 0600);
    CHECK_THAT(cli::read_cookie_secret(path).error().message,
               Contains("wanted 32 hexadecimal digits"));
  }
  deployment.folder.write("open", "000102030405060708090a0b0c0d0e0f\n", 0644);
  CHECK_THAT(cli::read_cookie_secret(deployment.folder.path("open")).error().message,
             Contains("0644 lets everybody read it"));
}

TEST_CASE("a responder whose address is taken is an error only where the address was asked for") {
  config::Settings settings = config::default_settings();
  settings.dns.listen[0].port = 0;
  cli::ZoneKeeper first(settings);
  REQUIRE(first.start());
  REQUIRE(first.responder() != nullptr);
  settings.dns.listen = first.responder()->addresses();
  cli::ZoneKeeper second(settings);
  CHECK(second.start());
  CHECK(second.responder() == nullptr);
  settings.forward.to = {*ListenAddress::parse("192.0.2.53:53")};
  cli::ZoneKeeper third(settings);
  CHECK_FALSE(third.start());
  settings.forward.to.clear();
  settings.dns.listen_given = true;
  cli::ZoneKeeper fourth(settings);
  CHECK_FALSE(fourth.start());
}
