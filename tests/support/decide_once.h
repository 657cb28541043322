// One decision for a test: a table, a request, the rolls and the time it is taken at; what came of
// it in words. Fails when a tier is asked twice in one decision.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "routing/decision.h"
#include "tests/support/fake_token_mac.h"
#include "tests/support/gateway_text.h"
#include "tests/support/test_request.h"

namespace pointsman::test {

inline constexpr UnixSeconds kNow = 1750000000;

// The same number for each strength, and one for each weight. Remembers which tiers were asked.
class FixedRolls : public routing::Rolls {
 public:
  FixedRolls(double strength, double weight) : strength_(strength), weight_(weight) {}

  double strength(routing::Tier tier) override { return give(tier, strength_, ++strengths); }
  double weight(routing::Tier tier) override { return give(tier, weight_, ++weights); }

  int strengths = 0;
  int weights = 0;
  std::set<std::uint64_t> tiers;

 private:
  double give(routing::Tier tier, double roll, int) {
    if (!tiers.insert(tier.key).second) FAIL("a tier was asked twice");
    return roll;
  }
  double strength_;
  double weight_;
};

class StepList : public routing::DecisionTrace {
 public:
  void step(std::string text) override { steps.push_back(std::move(text)); }
  std::vector<std::string> steps;
};

struct DecideOnce {
  explicit DecideOnce(const std::string& gateways) : table(table_of(gateways)) {}
  explicit DecideOnce(std::shared_ptr<const routing::RouteTable> made) : table(std::move(made)) {}

  routing::Decision operator()(TestRequest request) {
    rolls = FixedRolls(strength_roll, weight_roll);
    return with(rolls, request);
  }

  routing::Decision with(routing::Rolls& provider, TestRequest& request) {
    trace.steps.clear();
    counters = {};
    return routing::decide(*table, request.view(),
                           {provider, mac, now, scratch, counters, tracing ? &trace : nullptr});
  }

  // "weight shop/v1" or "weight shop/v1 | shop/v2" with an alternate.
  std::string text(const TestRequest& request) { return to_text((*this)(request)); }

  static std::string to_text(const routing::Decision& decision) {
    std::string text(routing::to_text(decision.reason));
    if (decision.first) text += " " + decision.first.route->name;
    if (decision.alternate) text += " | " + decision.alternate.route->name;
    return text;
  }

  std::uint64_t rejected(routing::TokenRejection cause) const {
    return counters.token_rejected[static_cast<std::size_t>(cause)];
  }

  std::shared_ptr<const routing::RouteTable> table;
  FakeTokenMac mac;
  double strength_roll = 0.5;
  double weight_roll = 0.5;
  UnixSeconds now = kNow;
  bool tracing = true;
  FixedRolls rolls{0, 0};
  StepList trace;
  routing::ConditionScratch scratch;
  routing::DecisionCounters counters;
};

// A sticky token of gateway shop, as a visitor with this route ("" for none) brings it back.
inline routing::Token sticky_token(const std::string& route,
                                   std::vector<routing::ConditionMemory> memories = {},
                                   UnixSeconds issued = kNow - 60, UnixSeconds seen = kNow - 60) {
  routing::Token token;
  token.issued = static_cast<std::uint32_t>(issued);
  token.seen = static_cast<std::uint32_t>(seen);
  if (!route.empty()) token.route_tag = routing::route_tag("shop", route, "0");
  for (const auto& memory : memories) token.remember(memory);
  return token;
}

inline routing::ConditionMemory memory_of(const std::string& route, bool taken,
                                          std::uint16_t roll) {
  return {routing::condition_tag("shop", route, "0"), taken, roll};
}

inline routing::Token forced_token(const std::string& route, UnixSeconds expiry = kNow + 3600) {
  routing::Token token = sticky_token(route, {}, kNow - 60, expiry);
  token.forced = true;
  return token;
}

inline std::string signed_text(const routing::Token& token, const std::string& gateway = "shop") {
  return FakeTokenMac::sign(gateway, token);
}

}  // namespace pointsman::test
