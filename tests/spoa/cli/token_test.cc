#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

struct KeyedDeployment : Deployment {
  KeyedDeployment() {
    folder.write("state/sticky.keys", "7 MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n", 0600);
  }

  std::string mint(const std::string& route) const {
    const ProgramResult result =
        run({"token", "mint", "--gateway", "shop", "--route", route, "--ttl", "30m"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    REQUIRE(result.out.back() == '\n');
    return result.out.substr(0, result.out.size() - 1);
  }

  nlohmann::json inspect(const std::string& token, int exit_code) const {
    const ProgramResult result =
        run({"token", "inspect", token, "--gateway", "shop", "-o", "json"});
    INFO(result.err);
    REQUIRE(result.exit_code == exit_code);
    return nlohmann::json::parse(result.out);
  }
};

}  // namespace

TEST_CASE("a minted token forces its route and leaves no cookie") {
  const KeyedDeployment deployment;
  const std::string token = deployment.mint("shop/v2");
  const ProgramResult result = deployment.run(
      {"explain", "--gateway", "shop", "--cookie", "pm_shop=" + token, "-o", "json"});
  const auto document = nlohmann::json::parse(result.out);
  CHECK(document["route"] == "shop/v2");
  CHECK(document["reason"] == "forced");
  CHECK(document["cookie"].is_null());
}

TEST_CASE("inspect names what a minted token says") {
  const KeyedDeployment deployment;
  const auto document = deployment.inspect(deployment.mint("shop/v1"), 0);
  CHECK(document["valid"] == true);
  CHECK(document["cause"].is_null());
  CHECK(document["kind"] == "forced");
  CHECK(document["key"] == 7);
  CHECK(document["route"] == "shop/v1");
  CHECK(document["expires"].get<std::string>() > document["issued"].get<std::string>());
}

TEST_CASE("inspect names the conditions that a sticky token remembers") {
  const KeyedDeployment deployment;
  const ProgramResult result =
      deployment.run({"explain", "--gateway", "shop", "-H", "User-Agent: Firefox",
                      "--strength-roll", "0.61", "--weight-roll", "0.9", "-o", "json"});
  const std::string cookie = nlohmann::json::parse(result.out)["cookie"];
  const std::size_t start = cookie.find('=') + 1;
  const std::string token = cookie.substr(start, cookie.find(';') - start);
  const auto document = deployment.inspect(token, 0);
  CHECK(document["kind"] == "sticky");
  CHECK(document["route"] == "shop/v2");
  REQUIRE(document["conditions"].size() == 1);
  const auto& condition = document["conditions"][0];
  CHECK(condition["route"] == "shop/v2");
  CHECK(condition["condition"] == "user-agent == Firefox");
  CHECK(condition["outcome"] == "lost");
  CHECK(condition["roll"] == 0.61);
}

TEST_CASE("inspect tells why a token does not count") {
  const KeyedDeployment deployment;
  const std::string token = deployment.mint("shop/v1");

  std::string forged = token;
  forged[forged.size() - 3] = forged[forged.size() - 3] == 'A' ? 'B' : 'A';
  CHECK(deployment.inspect(forged, 1)["cause"] == "bad_mac");

  deployment.folder.write("state/sticky.keys", "8 MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n",
                          0600);
  CHECK(deployment.inspect(token, 1)["cause"] == "unknown_key");
}

TEST_CASE("inspect tells that a token's route is gone") {
  const KeyedDeployment deployment;
  const std::string token = deployment.mint("shop/v1");
  deployment.folder.write("gateways/shop.yaml", "name: shop\nroutes: {other: {backend: be}}\n");
  const auto document = deployment.inspect(token, 1);
  CHECK(document["cause"] == "unknown_tag");
  CHECK(document["route"].is_null());
}

TEST_CASE("inspect works without gateways, but for the names") {
  const KeyedDeployment deployment;
  const std::string token = deployment.mint("shop/v1");
  std::filesystem::remove_all(deployment.folder.path("gateways"));
  const ProgramResult result = deployment.run({"token", "inspect", token, "--gateway", "shop"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("valid      yes") && Contains("route      -"));
  CHECK_THAT(result.err, Contains("names are not known"));
}

TEST_CASE("inspect refuses what is no token") {
  const KeyedDeployment deployment;
  for (const char* text : {"x", "not a token", "AQcB", "====", "\xff\xfe"}) {
    const ProgramResult result = deployment.run({"token", "inspect", text, "--gateway", "shop"});
    INFO(text);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("malformed"));
  }
}

TEST_CASE("mint refuses a lifetime that is none or more than 24 hours") {
  const KeyedDeployment deployment;
  const auto minted = [&](const std::string& ttl) {
    return deployment
        .run({"token", "mint", "--gateway", "shop", "--route", "shop/v1", "--ttl", ttl})
        .exit_code;
  };
  for (const char* ttl : {"1s", "90m", "24h", "1d"}) {
    INFO(ttl);
    CHECK(minted(ttl) == 0);
  }
  const auto most = std::chrono::seconds(pointsman::limits::kForcedTokenLifetime).count();
  CHECK(minted(std::to_string(most) + "s") == 0);
  CHECK(minted(std::to_string(most + 1) + "s") == 2);
  for (const char* ttl : {"0s", "25h", "2d", "1", "h", "1w", "-1h", "1h30m", "",
                          "99999999999999999999h", "4294967295d"}) {
    INFO(ttl);
    CHECK(minted(ttl) == 2);
  }
}

TEST_CASE("mint names the nearest gateway and route") {
  const KeyedDeployment deployment;
  const ProgramResult gateway =
      deployment.run({"token", "mint", "--gateway", "shpo", "--route", "shop/v1"});
  CHECK(gateway.exit_code == 1);
  CHECK(gateway.out.empty());
  CHECK_THAT(gateway.err, Contains("no valid gateway 'shpo'"));
  const ProgramResult route =
      deployment.run({"token", "mint", "--gateway", "shop", "--route", "shop/v3"});
  CHECK(route.exit_code == 1);
  CHECK_THAT(route.err, Contains("no route 'shop/v3'; did you mean 'shop/v"));
}

TEST_CASE("mint without a key file says where keys come from") {
  const Deployment deployment;
  const ProgramResult result =
      deployment.run({"token", "mint", "--gateway", "shop", "--route", "shop/v1"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("state/sticky.keys") && Contains("keygen --add"));
}

TEST_CASE("mint refuses a key file that everybody may read") {
  const KeyedDeployment deployment;
  std::filesystem::permissions(deployment.folder.path("state/sticky.keys"),
                               std::filesystem::perms(0644));
  const ProgramResult result =
      deployment.run({"token", "mint", "--gateway", "shop", "--route", "shop/v1"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("state/sticky.keys"));
}
