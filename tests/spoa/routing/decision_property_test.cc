// What holds for every gateway and request, tried on generated ones. A failure prints the seed;
// POINTSMAN_SEED=<number> runs it again.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "base/random.h"
#include "routing/split.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::DecideOnce;
using test::TestRequest;

namespace {

constexpr int kTables = 1000;
constexpr int kRequestsPerTable = 100;

std::uint64_t seed_of_run() {
  const char* given = std::getenv("POINTSMAN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : random_u64();
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }
  bool chance(int percent) { return below(100) < percent; }
  double roll() { return below(10000) / 10000.0; }

  // Gateway shop, perhaps with a reference to gateway inner; one of them perhaps sticky.
  std::string table() {
    const bool has_inner = chance(30);
    const int sticky = below(4);
    std::string text = gateway("shop", sticky <= 1, has_inner);
    if (has_inner) text += gateway("inner", sticky == 2, false);
    return text;
  }

  TestRequest request() {
    TestRequest request = TestRequest().to("shop").path(chance(50) ? "/x" : "/y/z");
    if (chance(50)) request.header("user-agent", chance(50) ? "Firefox/115.0" : "curl/8");
    if (chance(30)) request.header("x-user", "user" + std::to_string(below(50)));
    if (chance(30)) request.cookie("beta", "1");
    return request;
  }

  routing::Token token(const Gateway& gateway) {
    Token token;
    token.issued = static_cast<std::uint32_t>(test::kNow - below(100));
    token.seen = token.issued;
    if (chance(70)) token.route_tag = some_route(gateway).route_tag;
    if (chance(10)) token.route_tag = static_cast<std::uint32_t>(random_());
    for (int i = below(3); i > 0; --i) {
      const Route& route = some_route(gateway);
      if (!route.condition) continue;
      token.remember({route.condition_tag, chance(50), static_cast<std::uint16_t>(below(10000))});
    }
    return token;
  }

 private:
  const Route& some_route(const Gateway& gateway) {
    return gateway.routes[static_cast<std::size_t>(below(static_cast<int>(gateway.routes.size())))];
  }

  std::string gateway(const std::string& name, bool sticky, bool refers) {
    std::string text = "gateway " + name + (sticky ? " sticky" : "") +
                       (chance(20) ? " evict" : "") + (chance(10) ? " strict" : "") +
                       (chance(50) ? " forced" : "") + (chance(30) ? " by=header:X-User" : "") +
                       "\n";
    const int routes = 1 + below(6);
    for (int i = 0; i < routes; ++i) {
      text += " route r" + std::to_string(i) + " " + std::to_string(chance(30) ? 0 : below(100));
      if (refers && chance(30)) {
        text += " to inner";
      } else if (chance(30)) {
        text += " backend=be" + std::to_string(below(3));
      }
      if (chance(50)) text += condition();
      text += "\n";
    }
    return text;
  }

  std::string condition() {
    const char* conditions[] = {"user-agent == Firefox",
                                "path is /x",
                                "has cookie beta",
                                "not (path is /x or has header x-user)",
                                "true",
                                "false"};
    const char* strengths[] = {"", " at 100%", " at 50%", " at 3.33%", " at 0%"};
    return std::string(strengths[below(5)]) + " if " + conditions[below(6)];
  }

  std::mt19937_64 random_;
};

const Gateway* sticky_gateway(const RouteTable& table) {
  for (const auto& gateway : table.gateways()) {
    if (gateway->is_sticky()) return gateway.get();
  }
  return nullptr;
}

// A route with share 0 is reached by its condition, its token or an override, never by weights;
// and each reason is possible for its route.
void check_reason(const Decision& decision) {
  if (!decision.first) {
    REQUIRE(decision.reason == Reason::kNone);
    REQUIRE_FALSE(decision.alternate);
    return;
  }
  REQUIRE(decision.reason != Reason::kNone);
  REQUIRE(decision.first.route->next_gateway.empty());
  REQUIRE(decision.first.gateway->find_route(decision.first.route->name) == decision.first.route);
  if (decision.reason == Reason::kWeight) REQUIRE(decision.first.route->share > 0);
  if (decision.reason == Reason::kCondition) REQUIRE(decision.first.route->condition);
  if (decision.alternate) {
    REQUIRE(decision.alternate.route->backend != decision.first.route->backend);
    REQUIRE_FALSE(decision.first.gateway->strict_on_unhealthy);
  }
}

// The order of decision in the gateway that the request came to: where the first condition that
// holds was not taken, no other condition's route may stand for a condition.
void check_order(const Decision& decision, const RouteTable& table, TestRequest& request) {
  if (decision.reason != Reason::kCondition) return;
  ConditionScratch scratch;
  const Gateway& gateway = *table.find_gateway(decision.first.gateway->name);
  for (const Route& route : gateway.routes) {
    if (&route == decision.first.route) break;
    REQUIRE_FALSE((route.condition && route.condition->evaluate(request.view(), scratch)));
  }
}

// With the token that was just issued the next decision is the same, however the rolls fall.
void check_idempotence(const Decision& decision, DecideOnce& decide, const TestRequest& request,
                       Generator& generator) {
  if (!decision.first.token) return;
  REQUIRE(decision.first.token_gateway == sticky_gateway(*decide.table));
  if (decision.first.token_gateway != decision.first.gateway) return;
  TestRequest again = request;
  again.cookie(decision.first.token_gateway->sticky.cookie,
               test::signed_text(*decision.first.token, decision.first.token_gateway->name));
  if (decision.first.gateway->name != "shop") again.to(decision.first.gateway->name);
  decide.strength_roll = generator.roll();
  decide.weight_roll = generator.roll();
  const Decision second = decide(again);
  REQUIRE(second.first.route == decision.first.route);
  REQUIRE(second.reason ==
          (decision.reason == Reason::kWeight ? Reason::kSticky : decision.reason));
  REQUIRE_FALSE(second.first.token);
}

// An override wins over everything, and leaves no cookie.
void check_override(DecideOnce& decide, const TestRequest& request, Generator& generator) {
  const Gateway& gateway = *decide.table->find_gateway("shop");
  if (!gateway.allow_forced) return;
  const Route& route = gateway.routes[static_cast<std::size_t>(
      generator.below(static_cast<int>(gateway.routes.size())))];
  if (!route.next_gateway.empty()) return;
  TestRequest forced = request;
  forced.header("x-pointsman-force", test::signed_text(test::forced_token(route.name)));
  const Decision decision = decide(forced);
  REQUIRE(decision.reason == Reason::kForced);
  REQUIRE(decision.first.route == &route);
  REQUIRE_FALSE(decision.first.token);
  REQUIRE_FALSE(decision.alternate.token);
}

}  // namespace

TEST_CASE("Decisions keep their promises on 100,000 generated gateways and requests") {
  const std::uint64_t seed = seed_of_run();
  Generator generator(seed);
  int undecided = 0;
  for (int round = 0; round < kTables; ++round) {
    const std::string text = generator.table();
    INFO("POINTSMAN_SEED=" << seed << ", table " << round << "\n" << text);
    DecideOnce decide(text);
    decide.tracing = false;
    const Gateway* sticky = sticky_gateway(*decide.table);
    for (int i = 0; i < kRequestsPerTable; ++i) {
      INFO("request " << i);
      TestRequest request = generator.request();
      const TestRequest fresh = request;
      if (sticky != nullptr && generator.chance(50)) {
        request.cookie(sticky->sticky.cookie,
                       test::signed_text(generator.token(*sticky), sticky->name));
      }
      decide.strength_roll = generator.roll();
      decide.weight_roll = generator.roll();
      const Decision decision = decide(request);
      check_reason(decision);
      check_order(decision, *decide.table, request);
      check_override(decide, request, generator);
      check_idempotence(decision, decide, fresh, generator);
      undecided += decision.first ? 0 : 1;
    }
  }
  CHECK(undecided > 0);
  CHECK(undecided < kTables * kRequestsPerTable / 2);
}
