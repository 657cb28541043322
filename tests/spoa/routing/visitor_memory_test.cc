// What tokens do to decisions is tested with those (decision_sticky_test.cc); here, what is kept
// and when a token is set.
#include "routing/visitor_memory.h"

#include <catch2/catch.hpp>

#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::kNow;
using test::memory_of;
using test::signed_text;
using test::sticky_token;
using test::TestRequest;

namespace {

struct Visit {
  explicit Visit(const std::string& gateways, UnixSeconds now = kNow) : decide(gateways) {
    decide.now = now;
  }

  VisitorMemory recall(TestRequest request = TestRequest()) {
    return VisitorMemory(gateway(), request.view(),
                         {decide.rolls, decide.mac, decide.now, decide.scratch, decide.counters});
  }
  const Gateway& gateway() const { return *decide.table->gateways()[0]; }
  const Route& route(std::size_t index) const { return gateway().routes[index]; }

  DecideOnce decide;
};

TestRequest bringing(const Token& token) {
  return TestRequest().cookie("pm_shop", signed_text(token));
}

constexpr const char* kShop = "gateway shop sticky idle=400\n route a 50%\n route b 50% if true";

}  // namespace

TEST_CASE("A visitor without a token brings nothing, and nothing is set until it is remembered") {
  Visit visit(kShop);
  VisitorMemory memory = visit.recall();
  CHECK(memory.forced_route() == nullptr);
  CHECK(memory.weight_route() == nullptr);
  CHECK(memory.condition(visit.route(1)) == nullptr);
  CHECK_FALSE(memory.token_to_set(kNow));
  memory.remember_weight_route(visit.route(0));
  CHECK(memory.token_to_set(kNow)->route_tag == visit.route(0).route_tag);
  CHECK(memory.weight_route() == nullptr);  // that is what the visitor came with
}

TEST_CASE("A visitor's token is read back, both tiers of it") {
  Visit visit(kShop);
  const VisitorMemory memory =
      visit.recall(bringing(sticky_token("a", {memory_of("b", false, 77)})));
  CHECK(memory.weight_route() == &visit.route(0));
  REQUIRE(memory.condition(visit.route(1)) != nullptr);
  CHECK(*memory.condition(visit.route(1)) == memory_of("b", false, 77));
  CHECK_FALSE(memory.token_to_set(kNow));
}

TEST_CASE("Remembering the same again needs no token, something else does") {
  Visit visit(kShop);
  const Token token = sticky_token("a", {memory_of("b", false, 77)});
  VisitorMemory memory = visit.recall(bringing(token));
  memory.remember_weight_route(visit.route(0));
  memory.remember_condition(memory_of("b", false, 77));
  CHECK_FALSE(memory.token_to_set(kNow));
  memory.remember_condition(memory_of("b", true, 77));
  const auto changed = memory.token_to_set(kNow);
  REQUIRE(changed);
  CHECK(changed->issued == token.issued);
  CHECK(changed->seen == kNow);
  CHECK(changed->condition_count == 1);
}

TEST_CASE("A memory that was dropped for another is a change") {
  Visit visit(kShop);
  Token token = sticky_token("a");
  for (std::uint32_t tag = 1; tag <= limits::kTokenConditions; ++tag) {
    token.remember({tag, true, 1});
  }
  VisitorMemory memory = visit.recall(bringing(token));
  CHECK_FALSE(memory.token_to_set(kNow));
  memory.remember_condition(memory_of("b", true, 5));
  CHECK(memory.token_to_set(kNow));
}

TEST_CASE("A gateway that is not sticky remembers nothing") {
  Visit visit("gateway shop\n route a 50%\n route b 50% if true");
  VisitorMemory memory = visit.recall(bringing(sticky_token("a")));
  CHECK(memory.weight_route() == nullptr);
  memory.remember_weight_route(visit.route(0));
  memory.remember_condition(memory_of("b", true, 5));
  CHECK_FALSE(memory.token_to_set(kNow));
}

TEST_CASE("Times beyond what a token can hold are clamped") {
  Visit visit(kShop, -5);
  VisitorMemory memory = visit.recall();
  memory.remember_weight_route(visit.route(0));
  CHECK(memory.token_to_set(-5)->issued == 0);
  CHECK(memory.token_to_set(1ll << 40)->seen == 0xFFFFFFFF);
}
