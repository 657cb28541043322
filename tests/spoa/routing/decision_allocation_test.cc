// Decisions in steady state take no memory from the heap.
#include <catch2/catch.hpp>

#include "routing/decision.h"
#include "tests/support/allocation_count.h"
#include "tests/support/decide_once.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::TestRequest;

TEST_CASE("A decision does not allocate once its sequences and buffers are there") {
  const auto table = test::table_of(R"(
      gateway shop sticky forced host=*.a-name-that-fits-in-no-small-string.example.com
        route shop/v1 80%
        route shop/v2 20% at 50% if user-agent == Firefox and has cookie beta
        route next 0% to inner
      gateway inner by=header:X-User
        route x 50%
        route y 50%
      )");
  TestRequest by_host = TestRequest()
                            .host("Shop.a-name-that-fits-in-no-small-string.example.com:8080")
                            .header("user-agent", "Mozilla/5.0 Firefox/115.0")
                            .header("x-user", "alice")
                            .cookie("beta", "1");
  TestRequest sticky = by_host;
  sticky.cookie("pm_shop", test::signed_text(test::sticky_token("shop/v1")));
  TestRequest forced = by_host;
  forced.header("x-pointsman-force", test::signed_text(test::forced_token("next")));
  const Request requests[] = {by_host.view(), sticky.view(), forced.view()};

  SequenceRolls rolls([] { return 0; });
  test::FakeTokenMac mac;
  ConditionScratch scratch;
  DecisionCounters counters;
  const DecideContext context{rolls, mac, test::kNow, scratch, counters};
  const auto decide_all = [&] {
    int decided = 0;
    for (int i = 0; i < 100; ++i) {
      for (const Request& request : requests)
        decided += decide(*table, request, context).first ? 1 : 0;
    }
    return decided;
  };
  decide_all();
  const std::size_t before = test::allocation_count();
  const int decided = decide_all();
  const std::size_t taken = test::allocation_count() - before;
  CHECK(before > 0);
  CHECK(decided == 300);
  CHECK(taken == 0);
}
