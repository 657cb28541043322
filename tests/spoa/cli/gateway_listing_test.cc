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

}  // namespace

TEST_CASE("a gateway is listed with its routes in columns") {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  cli::Console console{in, out, err};
  cli::print_gateway(*test::compiled(kShop).front(), console);
  CHECK(out.str() ==
        "shop  hosts shop.example.com  sticky by route (cookie pm_shop)\n"
        "  ROUTE      WEIGHT  BACKEND  STRENGTH  CONDITION\n"
        "  shop/v1      80 %  be_v1\n"
        "  shop/v2      20 %  be_v2        50 %  user-agent == Firefox\n"
        "\n");
  CHECK(err.str().empty());
}

TEST_CASE("a gateway as JSON has null for what is absent") {
  const auto json = cli::gateway_json(*test::compiled(kShop).front());
  CHECK(json["name"] == "shop");
  CHECK(json["virtual_hosts"].size() == 1);
  CHECK(json["split_by"].is_null());
  CHECK(json["routes"][0]["condition"].is_null());
  CHECK(json["routes"][1]["strength_percent"] == 50.0);
  CHECK(cli::optional_text("").is_null());
  CHECK(cli::optional_text("x") == "x");
}
