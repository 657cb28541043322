#include "cli/gateway_listing.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/gateway_text.h"

using namespace pointsman;

namespace {

const char* const kShop =
    "gateway shop sticky host=shop.example.com\n"
    " route shop/v1 80% backend=be_v1\n"
    " route shop/v2 20% at 50% backend=be_v2 if user-agent == Firefox\n";

std::string listing(const char* gateways, const std::string& domain = "") {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  cli::Console console{in, out, err};
  cli::print_gateways(*test::table_of(gateways, domain), console);
  CHECK(err.str().empty());
  return out.str();
}

}  // namespace

TEST_CASE("a gateway is listed with its routes in columns") {
  CHECK(listing(kShop) ==
        "shop  hosts shop.example.com  sticky by route (cookie pm_shop)\n"
        "  ROUTE      WEIGHT  BACKEND  STRENGTH  CONDITION\n"
        "  shop/v1      80 %  be_v1\n"
        "  shop/v2      20 %  be_v2        50 %  user-agent == Firefox\n"
        "\n");
}

TEST_CASE("the default virtual host is listed, too") {
  CHECK_THAT(listing(kShop, "example.net"),
             Catch::StartsWith("shop  hosts shop.example.com, shop.example.net  sticky"));
  const auto json = cli::gateways_json(*test::table_of(kShop, "example.net"));
  CHECK(json[0]["virtual_hosts"][1] == "shop.example.net");
}

TEST_CASE("a gateway as JSON has null for what is absent") {
  const auto json = cli::gateways_json(*test::table_of(kShop))[0];
  CHECK(json["name"] == "shop");
  CHECK(json["virtual_hosts"].size() == 1);
  CHECK(json["split_by"].is_null());
  CHECK(json["routes"][0]["condition"].is_null());
  CHECK(json["routes"][1]["strength_percent"] == 50.0);
  CHECK(cli::optional_text("").is_null());
  CHECK(cli::optional_text("x") == "x");
}
