// What is written and read again is the same table: the same bytes, the same decisions.
#include <catch2/catch.hpp>
#include <filesystem>

#include "spoa/table/table_fixture.h"
#include "support/random_condition.h"
#include "support/textual_request.h"
#include "table/table_reader.h"
#include "table/table_writer.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::test;

namespace {

SharedTable read_back(const ByteBuffer& document) {
  const auto stored = table::read_table(document);
  if (!stored) FAIL(stored.error().message);
  const auto table = table::link_table(*stored);
  if (!table) FAIL(table.error().message);
  return *table;
}

SharedTable check_round_trip(const SharedTable& table) {
  const auto document = table::write_table(*table, two_keys());
  REQUIRE(document);
  const SharedTable again = read_back(*document);
  REQUIRE(*table::write_table(*again, two_keys()) == *document);
  return again;
}

// With the rolls and the visitor's cookie alike, both decide alike.
void check_same_decision(const SharedTable& table, const SharedTable& again,
                         const routing::Request& request, Random& random) {
  const double strength = static_cast<double>(random.below(10000)) / 10000;
  const double weight = static_cast<double>(random.below(10000)) / 10000;
  const auto decided = [&](const SharedTable& by) {
    FixedRolls rolls(strength, weight);
    FakeTokenMac mac;
    routing::ConditionScratch scratch;
    routing::DecisionCounters counters;
    const routing::Decision decision =
        routing::decide(*by, request, {rolls, mac, kNow, scratch, counters, nullptr});
    std::string text = DecideOnce::to_text(decision);
    for (const auto* choice : {&decision.first, &decision.alternate}) {
      text += " " + (*choice ? choice->route->backend : "") + " ";
      if (choice->token) text += signed_text(*choice->token, choice->token_gateway->name);
    }
    return text;
  };
  REQUIRE(decided(table) == decided(again));
}

std::string random_gateway(Random& random, const std::string& name, bool refers) {
  std::string text = "gateway " + name + random.of<std::string>({"", " sticky", " instance"}) +
                     random.of<std::string>({"", " evict", " strict forced"}) +
                     random.of<std::string>({"", " by=src", " by=header:A", " by=cookie:a"}) +
                     " host=" + name + ".example\n";
  const std::size_t routes = random.below(5);
  for (std::size_t i = 0; i < routes; ++i) {
    text += "route r" + std::to_string(i) + " " + std::to_string(random.below(4)) +
            random.of<std::string>({"", " epoch=7"});
    const bool leads_on = refers && random.below(4) == 0;
    if (leads_on) text += " to inner";
    if (!leads_on && random.coin()) text += " backend=be" + std::to_string(random.below(3));
    if (random.coin()) text += random.of<std::string>({"", " at 50%", " at 0%"});
    if (text.ends_with('%') || random.coin()) text += " if " + random_condition(random, 3).text;
    text += "\n";
    if (!leads_on && random.below(3) == 0) {
      text += "rewrite /x%[path] if " + random_condition(random, 2).text + "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the golden gateways come back as they were") {
  const std::string folder = std::string(POINTSMAN_SOURCE_DIR) + "/tests/golden/gateways/accepted";
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    auto specs =
        specs_in_yaml("tests/golden/gateways/accepted/" + entry.path().filename().string());
    specs.push_back(gateway_spec("gateway other\n route a 100%\n"));  // one refers to it
    check_round_trip(linked(specs, 3, "apps.example"));
    ++tables;
  }
  CHECK(tables >= 5);
}

TEST_CASE("the golden tables are read, and written again as they were") {
  for (const std::string name : {"minimal", "everything", "mixed_routes"}) {
    CAPTURE(name);
    const std::string text =
        read_text(std::string(POINTSMAN_SOURCE_DIR) + "/" + kGoldenTables + name + ".pmt");
    const ByteBuffer document(text.begin(), text.end());
    const auto stored = table::read_table(document);
    REQUIRE(stored);
    CHECK(*table::write_table(*read_back(document), stored->keys) == document);
  }
}

TEST_CASE("1,000 generated tables decide 20,000 requests as they did") {
  const std::uint64_t seed = chosen_seed();
  Random random(seed);
  std::size_t undecided = 0;
  for (int round = 0; round < 1000; ++round) {
    const bool has_inner = random.coin();
    std::string text = random_gateway(random, "outer", has_inner);
    if (has_inner) text += "gateway inner\n route a 3\n route b 1 backend=be1\n";
    INFO("POINTSMAN_SEED=" << seed << ", table " << round << "\n" << text);
    const SharedTable table = table_of(text);
    const SharedTable again = check_round_trip(table);
    for (int i = 0; i < 20; ++i) {
      const Facts facts = random_facts(random);
      const std::string request_text = facts.as_text();
      INFO(request_text);
      const TextualRequest request(request_text);
      routing::Request view = request.view();
      view.gateway = "outer";
      check_same_decision(table, again, view, random);
      undecided += table->gateways()[0]->routes.empty() ? 1 : 0;
    }
  }
  CHECK(undecided > 0);
  CHECK(undecided < 10000);
}
