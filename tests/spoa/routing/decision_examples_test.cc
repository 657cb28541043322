// The worked examples at the end of docs/decisions.md, line by line.
#include <catch2/catch.hpp>

#include "routing/decision.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::memory_of;
using test::signed_text;
using test::TestRequest;

namespace {

std::string shop(const std::string& strength) {
  return "gateway shop sticky\n route shop/v1 80%\n route shop/v2 20% at " + strength +
         " if user-agent == Firefox";
}

TestRequest from(const std::string& agent) {
  return TestRequest().to("shop").header("user-agent", agent);
}

TestRequest with(TestRequest request, const Token& token) {
  return request.cookie("pm_shop", signed_text(token));
}

}  // namespace

TEST_CASE("Worked example: visitors without a condition go by weight") {
  DecideOnce decide(shop("50%"));
  decide.weight_roll = 0.42;
  CHECK(decide.text(from("curl")) == "weight shop/v1 | shop/v2");
  CHECK(decide.rolls.strengths == 0);
  decide.weight_roll = 0.93;
  CHECK(decide.text(from("curl")) == "weight shop/v2 | shop/v1");
}

TEST_CASE("Worked example: a visitor taken by the condition") {
  DecideOnce decide(shop("50%"));
  decide.strength_roll = 0.12;
  const Decision decision = decide(from("Firefox"));
  CHECK(DecideOnce::to_text(decision) == "condition shop/v2 | shop/v1");
  CHECK(decision.first.token->memories()[0] == memory_of("shop/v2", true, 1200));
}

TEST_CASE("Worked example: a visitor who lost, came back, was won by a ramp, and changed browser") {
  DecideOnce decide(shop("50%"));
  decide.strength_roll = 0.52;
  decide.weight_roll = 0.42;
  const Decision first = decide(from("Firefox"));
  CHECK(DecideOnce::to_text(first) == "weight shop/v1 | shop/v2");
  CHECK(first.first.token->memories()[0] == memory_of("shop/v2", false, 5200));

  decide.strength_roll = 0.0;
  decide.weight_roll = 0.93;
  const Decision again = decide(with(from("Firefox"), *first.first.token));
  CHECK(DecideOnce::to_text(again) == "sticky shop/v1 | shop/v2");
  CHECK_FALSE(again.first.token);

  DecideOnce ramped(shop("60%"));
  const Decision won = ramped(with(from("Firefox"), *first.first.token));
  CHECK(DecideOnce::to_text(won) == "condition shop/v2 | shop/v1");
  CHECK(won.first.token->memories()[0] == memory_of("shop/v2", true, 5200));

  const Decision curl = ramped(with(from("curl"), *won.first.token));
  CHECK(DecideOnce::to_text(curl) == "sticky shop/v1 | shop/v2");
  CHECK_FALSE(curl.first.token);
}

TEST_CASE("Worked example: a forced token") {
  DecideOnce decide(shop("50%"));
  const Decision decision = decide(with(from("Firefox"), test::forced_token("shop/v2")));
  CHECK(DecideOnce::to_text(decision) == "forced shop/v2 | shop/v1");
  CHECK_FALSE(decision.first.token);
  CHECK(decide.rolls.strengths == 0);
}
