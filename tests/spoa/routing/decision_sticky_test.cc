#include <catch2/catch.hpp>

#include "base/limits.h"
#include "routing/decision.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::forced_token;
using test::kNow;
using test::memory_of;
using test::signed_text;
using test::sticky_token;
using test::TestRequest;

namespace {

constexpr const char* kShop = R"(
    gateway shop sticky
      route shop/v1 80%
      route shop/v2 20% at 50% if user-agent == Firefox
    )";

TestRequest curl() { return TestRequest().to("shop").header("user-agent", "curl"); }
TestRequest firefox() { return TestRequest().to("shop").header("user-agent", "Firefox"); }
TestRequest with(TestRequest request, const Token& token) {
  return request.cookie("pm_shop", signed_text(token));
}

std::uint32_t tag(const std::string& route) { return route_tag("shop", route, "0"); }

}  // namespace

TEST_CASE("A new visitor's route is remembered from the first decision") {
  DecideOnce decide(kShop);
  decide.weight_roll = 0.9;
  const Decision decision = decide(curl());
  REQUIRE(decision.first.token);
  CHECK(decision.first.token_gateway->name == "shop");
  CHECK(decision.first.token->issued == kNow);
  CHECK(decision.first.token->seen == kNow);
  CHECK(decision.first.token->route_tag == tag("shop/v2"));
  CHECK(decision.first.token->condition_count == 0);
  CHECK_FALSE(decision.first.token->forced);
}

TEST_CASE("A sticky visitor stays, whatever the roll, and gets no new cookie") {
  DecideOnce decide(kShop);
  decide.weight_roll = 0.1;
  const Decision decision = decide(with(curl(), sticky_token("shop/v2")));
  CHECK(decision.reason == Reason::kSticky);
  CHECK(decision.first.route->name == "shop/v2");
  CHECK_FALSE(decision.first.token);
  CHECK(decision.first.token_gateway == nullptr);
  const Gateway& shop = *decide.table->find_gateway("shop");
  CHECK(decide.rolls.tiers == std::set<std::uint64_t>{shop.alternate_tier.key});
}

TEST_CASE("A gateway that is not sticky pays no attention to a visitor's token") {
  DecideOnce decide("gateway shop\n route shop/v1 80%\n route shop/v2 20%");
  const Decision decision = decide(with(curl(), sticky_token("shop/v2")));
  CHECK(DecideOnce::to_text(decision) == "weight shop/v1 | shop/v2");
  CHECK_FALSE(decision.first.token);
}

TEST_CASE("A condition that holds beats stickiness, and the weights' route stays remembered") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.1234;
  const Decision decision = decide(with(firefox(), sticky_token("shop/v1")));
  CHECK(DecideOnce::to_text(decision) == "condition shop/v2 | shop/v1");
  REQUIRE(decision.first.token);
  CHECK(decision.first.token->route_tag == tag("shop/v1"));
  CHECK(decision.first.token->memories()[0] == memory_of("shop/v2", true, 1234));
}

TEST_CASE("A visitor whose strength is lost stays on the remembered route") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.5678;
  const Decision decision = decide(with(firefox(), sticky_token("shop/v1")));
  CHECK(DecideOnce::to_text(decision) == "sticky shop/v1 | shop/v2");
  CHECK(decision.first.token->memories()[0] == memory_of("shop/v2", false, 5678));
}

TEST_CASE("Taken stays taken, whatever the strength") {
  for (const char* strength : {"100%", "50%", "0.01%", "0%"}) {
    DecideOnce decide(std::string("gateway shop sticky\n route a -\n route b 0% at ") + strength +
                      " if true");
    const Decision decision = decide(with(curl(), sticky_token("", {memory_of("b", true, 9999)})));
    CHECK(decision.reason == Reason::kCondition);
    CHECK(decide.rolls.strengths == 0);
    CHECK_FALSE(decision.first.token);
  }
}

TEST_CASE("Lost becomes taken once the strength exceeds the remembered roll, with no new roll") {
  const auto decided = [](const char* strength, std::uint16_t roll) {
    DecideOnce decide(std::string("gateway shop sticky\n route a -\n route b 0% at ") + strength +
                      " if true");
    const Decision decision =
        decide(with(curl(), sticky_token("a", {memory_of("b", false, roll)})));
    CHECK(decide.rolls.strengths == 0);
    return decision;
  };
  CHECK(decided("30%", 3000).reason == Reason::kSticky);
  CHECK_FALSE(decided("30%", 3000).first.token);
  const Decision ramped = decided("30.01%", 3000);
  CHECK(ramped.reason == Reason::kCondition);
  CHECK(ramped.first.token->memories()[0] == memory_of("b", true, 3000));
  CHECK(decided("100%", 9999).reason == Reason::kCondition);
}

TEST_CASE("A decision by a roll agrees with the same roll remembered") {
  for (std::uint16_t step = 0; step < kWhole; step = static_cast<std::uint16_t>(step + 7)) {
    DecideOnce decide(kShop);
    decide.tracing = false;
    decide.strength_roll = step / double{kWhole};
    const Decision first = decide(firefox());
    REQUIRE(first.first.token);
    const Decision second = decide(with(firefox(), *first.first.token));
    REQUIRE(second.first.route == first.first.route);
    REQUIRE_FALSE(second.first.token);
  }
}

TEST_CASE("A route at weight 0 keeps its visitors, evict_at_zero lets them go") {
  const std::string routes = "\n route a 100%\n route b 0%";
  DecideOnce keep("gateway shop sticky" + routes);
  CHECK(keep.text(with(curl(), sticky_token("b"))) == "sticky b | a");
  DecideOnce evict("gateway shop sticky evict" + routes);
  const Decision decision = evict(with(curl(), sticky_token("b")));
  CHECK(DecideOnce::to_text(decision) == "weight a");
  CHECK(decision.first.token->route_tag == tag("a"));
  CHECK(decision.first.token->issued == kNow - 60);
}

TEST_CASE("A condition at strength 0 % keeps whom it took, evict_at_zero lets them go") {
  const std::string routes = "\n route a 100%\n route b 0% at 0% if true";
  const Token token = sticky_token("a", {memory_of("b", true, 12)});
  DecideOnce keep("gateway shop sticky" + routes);
  CHECK(keep.text(with(curl(), token)) == "condition b | a");
  DecideOnce evict("gateway shop sticky evict" + routes);
  const Decision decision = evict(with(curl(), token));
  CHECK(DecideOnce::to_text(decision) == "sticky a");
  CHECK(decision.first.token->memories()[0] == memory_of("b", false, 12));
}

TEST_CASE("A new epoch lets a route's visitors go, its condition's too") {
  DecideOnce decide("gateway shop sticky\n route a 100%\n route b 0% epoch=1 at 50% if path is /x");
  decide.strength_roll = 0.9;
  const Token token = sticky_token("b", {memory_of("b", true, 12)});
  const Decision decision = decide(with(curl().path("/x"), token));
  CHECK(DecideOnce::to_text(decision) == "weight a");
  CHECK(decide.rejected(TokenRejection::kUnknownTag) == 1);
  CHECK(decide.rolls.strengths == 1);
}

TEST_CASE("A token that does not hold is as none, and counted by cause") {
  DecideOnce decide("gateway shop sticky ttl=1000 idle=100\n route a 100%\n route b 0%");
  const auto check = [&](const std::string& text, TokenRejection cause) {
    const Decision decision = decide(curl().cookie("pm_shop", text));
    INFO(to_text(cause));
    CHECK(DecideOnce::to_text(decision) == "weight a");
    CHECK(decide.rejected(cause) == 1);
    CHECK(decision.first.token->issued == kNow);
  };
  check("rubbish", TokenRejection::kMalformed);
  check(signed_text(sticky_token("b"), "other"), TokenRejection::kBadMac);
  check(test::FakeTokenMac::sign("shop", sticky_token("b"), 9), TokenRejection::kUnknownKey);
  check(signed_text(sticky_token("b", {}, kNow + 301, kNow + 301)), TokenRejection::kFromFuture);
  check(signed_text(sticky_token("b", {}, kNow - 1000, kNow)), TokenRejection::kExpired);
  check(signed_text(sticky_token("b", {}, kNow - 500, kNow - 100)), TokenRejection::kIdle);
}

TEST_CASE("A token holds until ttl and idle are over") {
  DecideOnce decide("gateway shop sticky ttl=1000 idle=100\n route a 100%\n route b 0%");
  CHECK(decide.text(with(curl(), sticky_token("b", {}, kNow - 999, kNow))) == "sticky b | a");
  CHECK(decide.text(with(curl(), sticky_token("b", {}, kNow - 500, kNow - 99))) == "sticky b | a");
}

TEST_CASE("A token whose route is gone is given another one and keeps the rest") {
  DecideOnce decide("gateway shop sticky\n route a 100%\n route b 0% at 50% if true");
  const Decision decision =
      decide(with(curl(), sticky_token("gone", {memory_of("b", false, 7000)})));
  CHECK(decision.first.route->name == "a");
  CHECK(decide.rejected(TokenRejection::kUnknownTag) == 1);
  CHECK(decide.rolls.strengths == 0);
  CHECK(decision.first.token->route_tag == tag("a"));
  CHECK(decision.first.token->issued == kNow - 60);
}

TEST_CASE("A token is refreshed when it was last seen more than a quarter of idle ago") {
  DecideOnce decide("gateway shop sticky idle=400\n route a 100%");
  CHECK_FALSE(decide(with(curl(), sticky_token("a", {}, kNow - 900, kNow - 100))).first.token);
  const Decision due = decide(with(curl(), sticky_token("a", {}, kNow - 900, kNow - 101)));
  REQUIRE(due.first.token);
  CHECK(due.first.token->issued == kNow - 900);
  CHECK(due.first.token->seen == kNow);
}

TEST_CASE("That another condition was met last is alone no reason for a new token") {
  DecideOnce decide("gateway shop sticky\n route a - if path is /a\n route b - if path is /b");
  const Token token = sticky_token("a", {memory_of("a", true, 1), memory_of("b", true, 2)});
  CHECK_FALSE(decide(with(curl().path("/a"), token)).first.token);
  CHECK_FALSE(decide(with(curl().path("/b"), token)).first.token);
}

TEST_CASE("A visitor who stops meeting a condition goes back to the remembered route") {
  DecideOnce decide(kShop);
  decide.strength_roll = 0.1;
  decide.weight_roll = 0.1;
  const Token first = *decide(curl()).first.token;
  const Token second = *decide(with(firefox(), first)).first.token;
  decide.weight_roll = 0.95;
  const Decision back = decide(with(curl(), second));
  CHECK(DecideOnce::to_text(back) == "sticky shop/v1 | shop/v2");
  CHECK_FALSE(back.first.token);
}

TEST_CASE("The first occurrence of the cookie that holds counts") {
  DecideOnce decide("gateway shop sticky\n route a 50%\n route b 50%");
  TestRequest request = curl().cookie("pm_shop", "old").cookie("other", "x");
  request.header("cookie", "pm_shop=" + signed_text(sticky_token("b")) +
                               "; pm_shop=" + signed_text(sticky_token("a")));
  CHECK(decide.text(request) == "sticky b | a");
  CHECK(decide.rejected(TokenRejection::kMalformed) == 1);
}

TEST_CASE("As many occurrences of the cookie as the limit are looked at, and not one more") {
  DecideOnce decide("gateway shop sticky\n route a 100%\n route b 0%");
  TestRequest request = curl();
  for (std::size_t i = 1; i < limits::kTokenOccurrences; ++i) request.cookie("pm_shop", "bad");
  CHECK(decide.text(with(request, sticky_token("b"))) == "sticky b | a");
  request.cookie("pm_shop", "bad");
  CHECK(decide.text(with(request, sticky_token("b"))) == "weight a");
}

TEST_CASE("A key decides for visitors without a token, a token beats the key") {
  DecideOnce decide("gateway shop sticky by=header:X-User\n route a 100%\n route b 0%");
  const TestRequest alice = curl().header("X-User", "alice");
  CHECK(decide(alice).first.token->route_tag == tag("a"));
  CHECK(decide.text(with(alice, sticky_token("b"))) == "sticky b | a");
}

TEST_CASE("A visitor whom a condition let go stays let go, also where no route serves") {
  DecideOnce decide("gateway shop sticky\n route a 0% at 50% if true");
  decide.strength_roll = 0.9;
  const Decision decision = decide(curl());
  CHECK(DecideOnce::to_text(decision) == "none");
  REQUIRE(decision.first.token);
  CHECK(decision.first.token_gateway->name == "shop");
  decide.strength_roll = 0.1;
  const Decision again = decide(with(curl(), *decision.first.token));
  CHECK(DecideOnce::to_text(again) == "none");
  CHECK_FALSE(again.first.token);
}

TEST_CASE("Where there is no decision and nothing to remember there is no token") {
  DecideOnce decide("gateway shop sticky\n route a 0% if false");
  CHECK_FALSE(decide(curl()).first.token);
}

TEST_CASE("The sticky gateway on a way of references gives the token, wherever it stands") {
  DecideOnce above(
      "gateway shop sticky\n route next 100% to inner\ngateway inner\n route x 50%\n route y 50%");
  const Decision decision = above(curl());
  CHECK(DecideOnce::to_text(decision) == "weight y | x");
  CHECK(decision.first.gateway->name == "inner");
  CHECK(decision.first.token_gateway->name == "shop");
  CHECK(decision.first.token->route_tag == tag("next"));
  CHECK(decision.alternate.token_gateway->name == "shop");
  CHECK(decision.alternate.token->route_tag == tag("next"));

  DecideOnce below(
      "gateway outer\n route next 100% to shop\ngateway shop sticky\n route x 50%\n route y 50%");
  const Decision deep = below(curl().to("outer"));
  CHECK(deep.first.token_gateway->name == "shop");
  CHECK(deep.first.token->route_tag == tag("y"));
  CHECK(deep.alternate.token->route_tag == tag("x"));
}

TEST_CASE("A new visitor is pinned to the route that serves, be it the alternate") {
  DecideOnce decide("gateway shop sticky\n route a 50%\n route b 50% at 50% if has header x");
  decide.weight_roll = 0.1;
  decide.strength_roll = 0.9;
  const Decision decision = decide(curl().header("x", ""));
  CHECK(decision.first.token->route_tag == tag("a"));
  CHECK(decision.alternate.token->route_tag == tag("b"));
  CHECK(decision.alternate.token->memories()[0] == memory_of("b", false, 9000));
}

TEST_CASE("A sticky visitor whose route is down keeps the token and comes back") {
  DecideOnce decide("gateway shop sticky idle=400\n route a 50%\n route b 50%");
  const Decision fresh = decide(with(curl(), sticky_token("b")));
  CHECK(DecideOnce::to_text(fresh) == "sticky b | a");
  CHECK_FALSE(fresh.alternate.token);
  const Decision due = decide(with(curl(), sticky_token("b", {}, kNow - 900, kNow - 101)));
  CHECK(due.alternate.token->route_tag == tag("b"));
}

TEST_CASE("The alternate of a taken condition is the remembered route, or one that is remembered") {
  DecideOnce decide("gateway shop sticky\n route a 50%\n route b 50%\n route c 0% if has header x");
  decide.weight_roll = 0.1;
  const TestRequest request = curl().header("x", "");
  const Decision known = decide(with(request, sticky_token("b")));
  CHECK(DecideOnce::to_text(known) == "condition c | b");
  CHECK(known.alternate.token->route_tag == tag("b"));
  const Decision fresh = decide(request);
  CHECK(DecideOnce::to_text(fresh) == "condition c | a");
  CHECK(fresh.first.token->route_tag == 0);
  CHECK(fresh.alternate.token->route_tag == tag("a"));
  CHECK(fresh.alternate.token->memories()[0] == memory_of("c", true, 5000));
  // Down is the remembered route itself: it stays remembered.
  const Decision own = decide(with(request, sticky_token("c")));
  CHECK(DecideOnce::to_text(own) == "condition c | a");
  CHECK(own.alternate.token->route_tag == tag("c"));
}

TEST_CASE("A forced token in the cookie decides before everything, and leaves no cookie") {
  for (const char* words : {"gateway shop sticky", "gateway shop"}) {
    DecideOnce decide(std::string(words) + "\n route a 100% if true\n route b 0%");
    const Decision decision = decide(with(curl(), forced_token("b")));
    CHECK(DecideOnce::to_text(decision) == "forced b | a");
    CHECK_FALSE(decision.first.token);
    CHECK_FALSE(decision.alternate.token);
    CHECK(decide.trace.steps[1] == "forced to b by the token in the cookie");
  }
}

TEST_CASE("A forced token in header or parameter counts only where the gateway allows it") {
  const std::string routes = "\n route a 100%\n route b 0%\n route c 0%";
  const TestRequest by_header = curl().header("X-Pointsman-Force", signed_text(forced_token("b")));
  const TestRequest by_query = curl().query("x=1&pm_force=" + signed_text(forced_token("b")));
  DecideOnce closed("gateway shop" + routes);
  CHECK(closed.text(by_header) == "weight a");
  CHECK(closed.text(by_query) == "weight a");
  DecideOnce open("gateway shop forced" + routes);
  CHECK(open.text(by_header) == "forced b | a");
  CHECK(open.text(by_query) == "forced b | a");
  TestRequest all = by_query;
  all.header("x-pointsman-force", signed_text(forced_token("c")));
  all.cookie("pm_shop", signed_text(forced_token("a")));
  CHECK(open.text(all) == "forced c | a");
  CHECK(open.text(with(by_query, forced_token("a"))) == "forced b | a");
}

TEST_CASE("A forced token that does not hold is as none, and the next place is looked at") {
  DecideOnce decide("gateway shop forced\n route a 100%\n route b 0%");
  const auto by_header = [&](const std::string& text) {
    return decide.text(curl()
                           .header("x-pointsman-force", text)
                           .query("pm_force=" + signed_text(forced_token("b"))));
  };
  CHECK(by_header(signed_text(forced_token("gone"))) == "forced b | a");
  CHECK(decide.rejected(TokenRejection::kUnknownTag) == 1);
  CHECK(by_header(signed_text(forced_token("a", kNow))) == "forced b | a");
  CHECK(decide.rejected(TokenRejection::kExpired) == 1);
  CHECK(by_header(signed_text(forced_token("a"), "other")) == "forced b | a");
  CHECK(decide.rejected(TokenRejection::kBadMac) == 1);
  CHECK(decide.text(with(curl(), forced_token("gone"))) == "weight a");
}

TEST_CASE("A visitor's sticky token forces nothing") {
  DecideOnce decide("gateway shop sticky forced\n route a 100%\n route b 0%");
  const std::string token = signed_text(sticky_token("b"));
  CHECK(decide.text(curl().header("x-pointsman-force", token)) == "weight a");
  CHECK(decide.rejected(TokenRejection::kMalformed) == 1);
  CHECK(decide.text(curl().query("pm_force=" + token)) == "weight a");
}

TEST_CASE("The alternate of a forced route is the tester's own sticky route") {
  DecideOnce decide("gateway shop sticky forced\n route a 50%\n route b 50%\n route c 0%");
  decide.weight_roll = 0.1;
  const TestRequest request =
      with(curl(), sticky_token("b")).header("x-pointsman-force", signed_text(forced_token("c")));
  CHECK(decide.text(request) == "forced c | b");
}

TEST_CASE("A way that an override forced anywhere leaves no cookie") {
  DecideOnce decide(R"(
      gateway outer forced
        route next 0% to shop
        route own 100%
      gateway shop sticky
        route x 100%
      )");
  Token token = forced_token("");
  token.route_tag = route_tag("outer", "next", "0");
  const Decision decision =
      decide(TestRequest().to("outer").header("x-pointsman-force", signed_text(token, "outer")));
  CHECK(DecideOnce::to_text(decision) == "weight x | own");
  CHECK_FALSE(decision.first.token);
}
