// Agent and bridge take the same decisions: asked the same, with the same rolls, they set the same
// variables, cookies with their signatures included, and ask for the same rolls in the same order.
// A failure prints the seed; POINTSMAN_SEED=<number> runs it again.
#include <catch2/catch.hpp>

#include "agent/key_ring.h"
#include "agent/set_cookie.h"
#include "routing/decision.h"
#include "table/table_writer.h"
#include "tests/differential/generator.h"
#include "tests/differential/lua_bridge.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::test;
using routing::Choice;
using routing::StickyKey;

namespace {

constexpr int kTables = 2000;
constexpr int kVisitsPerTable = 50;

class RandomRolls : public routing::Rolls {
 public:
  explicit RandomRolls(Random& random) : random_(random) {}
  double strength(routing::Tier tier) override { return next(tier, true); }
  double weight(routing::Tier tier) override { return next(tier, false); }

  std::deque<AskedRoll> asked;

 private:
  double next(routing::Tier tier, bool is_strength) {
    asked.push_back({is_strength, tier.key, static_cast<double>(random_.below(10000)) / 10000});
    return asked.back().roll;
  }
  Random& random_;
};

// For tables that come without keys.
class NoKeys : public routing::TokenMac {
 public:
  Verdict check(std::string_view, std::uint8_t, Bytes,
                std::span<const std::uint8_t, routing::kTokenMacBytes>) const override {
    return Verdict::kUnknownKey;
  }
};

// What the agent would set; the twin of the bridge's answer.lua.
class Agent {
 public:
  Agent(const routing::RouteTable& table, const agent::KeyRing* keys)
      : table_(table), keys_(keys) {}

  Variables answer(const Visit& visit, routing::Rolls& rolls) {
    const routing::TokenMac& mac =
        keys_ != nullptr ? static_cast<const routing::TokenMac&>(*keys_) : no_keys_;
    const routing::Request request = visit.as_request(block_);
    const routing::Decision decision =
        routing::decide(table_, request, {rolls, mac, visit.now, scratch_, counters_});
    Variables variables{{"gen", std::to_string(table_.generation())},
                        {"by", "bridge"},
                        {"reason", std::string(to_text(decision.reason))}};
    if (decision.first.gateway != nullptr) variables["gateway"] = decision.first.gateway->name;
    add(variables, decision.first, visit, {"route", "backend", "path", "cookie"});
    if (decision.alternate) {
      add(variables, decision.alternate, visit,
          {"alternate_route", "alternate", "alternate_path", "alternate_cookie"});
    }
    return variables;
  }

 private:
  struct Names {
    const char *route, *backend, *path, *cookie;
  };

  void add(Variables& variables, const Choice& choice, const Visit& visit, const Names& names) {
    if (keys_ != nullptr && choice.token) {
      const routing::Gateway& gateway = *choice.token_gateway;
      variables[names.cookie] =
          agent::set_cookie(gateway, *choice.token, keys_->sign(gateway.name, *choice.token),
                            visit.now, visit.scheme == "https");
    }
    if (!choice) return;
    variables[names.route] = choice.route->name;
    variables[names.backend] = choice.route->backend;
    if (choice.path) variables[names.path] = *choice.path;
  }

  const routing::RouteTable& table_;
  const agent::KeyRing* keys_;
  NoKeys no_keys_;
  ByteBuffer block_;
  routing::ConditionScratch scratch_;
  routing::DecisionCounters counters_;
};

std::vector<StickyKey> random_keys(Random& random) {
  std::vector<StickyKey> keys;
  for (std::uint8_t id = 1; id <= 3; ++id) {
    StickyKey key{id, ByteBuffer(16 + random.below(49))};
    for (std::uint8_t& byte : key.secret) byte = static_cast<std::uint8_t>(random.below(256));
    keys.push_back(key);
  }
  return keys;
}

std::string as_text(const Variables& variables) {
  std::string text;
  for (const auto& [name, value] : variables) text += "  " + name + ": " + shown(value) + "\n";
  return text;
}

}  // namespace

TEST_CASE("agent and bridge decide alike on 100,000 generated requests") {
  const std::uint64_t seed = chosen_seed();
  Random random(seed);
  LuaBridge bridge;
  std::map<std::string, int> reached;
  for (int round = 0; round < kTables; ++round) {
    const std::string gateways = random_gateways(random);
    INFO("POINTSMAN_SEED=" << seed << ", table " << round << "\n" << gateways);
    const auto table = table_of(gateways);
    const std::vector<StickyKey> keys = random_keys(random);
    const bool has_keys = random.below(20) > 0;
    const agent::KeyRing ring(keys);
    const auto bytes = table::write_table(
        *table, has_keys ? std::span<const StickyKey>(keys) : std::span<const StickyKey>());
    REQUIRE(bytes);
    bridge.load(*bytes);
    REQUIRE(bridge.fault() == "");
    Agent agent(*table, has_keys ? &ring : nullptr);
    for (int i = 0; i < kVisitsPerTable; ++i) {
      const Visit visit = random_visit(random, *table, keys);
      RandomRolls rolls(random);
      const Variables wanted = agent.answer(visit, rolls);
      const Variables got = bridge.answer(visit, rolls.asked);
      for (const auto& [name, value] : wanted) ++reached[name == "reason" ? value : name];
      if (got == wanted && bridge.fault().empty() && rolls.asked.empty()) continue;
      INFO("request " << i << ": " << visit.as_text());
      INFO("agent:\n" << as_text(wanted) << "bridge:\n" << as_text(got));
      INFO("rolls that the bridge did not ask for: " << rolls.asked.size());
      FAIL("agent and bridge differ; " << shown(bridge.fault()));
    }
  }
  // The generator reaches what it should.
  for (const char* what : {"none", "forced", "condition", "sticky", "weight", "path", "cookie",
                           "alternate", "alternate_path", "alternate_cookie"}) {
    INFO("POINTSMAN_SEED=" << seed << ": " << what);
    CHECK(reached[what] > 500);
  }
}
