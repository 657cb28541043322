#include "agent/bridge_book.h"

#include <catch2/catch.hpp>
#include <deque>

#include "base/limits.h"
#include "spoa/agent/decision_fixture.h"
#include "support/captured_log.h"

namespace pointsman::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using table::DecidedCount;
using table::Question;

constexpr const char* kTwoRoutes = "gateway shop\n route a 50%\n route b 50%";

Question asking(const std::string& haproxy, std::uint64_t generation,
                std::vector<DecidedCount> decided = {}) {
  Question question;
  question.haproxy = haproxy;
  question.generation = generation;
  question.decided = std::move(decided);
  return question;
}

struct Fixture {
  Fixture() { book.set_table(test::table_of(kTwoRoutes, 7), now); }

  std::string after(milliseconds time) {
    now += time;
    book.log_news(now);
    return log.take();
  }
  void asks(BridgeBook::Bridge& bridge, const Question& question) { bridge.asked(question, now); }

  test::CapturedLog log;
  BridgeBook book;
  BridgeBook::Time now{seconds(1000)};
};

}  // namespace

TEST_CASE("the bridges of a process make one line, once all of them are there") {
  Fixture fixture;
  BridgeBook::Bridge one(fixture.book);
  {
    BridgeBook::Bridge two(fixture.book);
    CHECK(fixture.after(seconds(5)).empty());  // they have not asked
    fixture.asks(one, asking("HAProxy 2.6.12, process 123, thread 1", 7));
    CHECK(fixture.after(milliseconds(900)).empty());
    fixture.asks(two, asking("HAProxy 2.6.12, process 123, thread 2", 7));
    CHECK(fixture.after(milliseconds(900)).empty());
    CHECK(fixture.after(milliseconds(100)) ==
          "info: bridge of HAProxy 2.6.12, process 123: 2 threads connected\n");
    CHECK(fixture.after(seconds(100)).empty());
    CHECK(fixture.book.report().connected == 2);
  }
  CHECK(fixture.after(seconds(1)) ==
        "info: bridge of HAProxy 2.6.12, process 123: 1 thread connected\n");
  CHECK(fixture.book.report().connected == 1);
}

TEST_CASE("bridges that are gone make a line, those that come back at once make none") {
  Fixture fixture;
  std::optional<BridgeBook::Bridge> bridge(std::in_place, fixture.book);
  fixture.asks(*bridge, asking("x", 7));
  CHECK(fixture.after(seconds(1)) == "info: bridge of x: 1 thread connected\n");
  bridge.reset();
  bridge.emplace(fixture.book);
  fixture.asks(*bridge, asking("x", 7));
  CHECK(fixture.after(seconds(10)).empty());
  bridge.reset();
  CHECK(fixture.after(seconds(10)) == "info: bridge of x: disconnected\n");
  CHECK(fixture.after(seconds(10)).empty());
}

TEST_CASE("names that could drive a terminal are made harmless") {
  Fixture fixture;
  BridgeBook::Bridge bridge(fixture.book);
  fixture.asks(bridge, asking("a\n\x1b[2Jb\xFF", 7));
  CHECK(fixture.after(seconds(1)) == "info: bridge of a??[2Jb?: 1 thread connected\n");
}

TEST_CASE("one look writes no more lines than the limit, the next one goes on") {
  Fixture fixture;
  std::deque<BridgeBook::Bridge> bridges;
  for (std::size_t i = 0; i <= limits::kBridgeLines; ++i) {
    fixture.asks(bridges.emplace_back(fixture.book), asking("bridge " + std::to_string(i), 7));
  }
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  CHECK(lines(fixture.after(seconds(1))) == limits::kBridgeLines);
  CHECK(lines(fixture.after(milliseconds(500))) == 1);
  CHECK(lines(fixture.after(milliseconds(500))) == 0);
}

TEST_CASE("a bridge that stays behind is warned about once, and told when it caught up") {
  Fixture fixture;
  BridgeBook::Bridge bridge(fixture.book);
  fixture.asks(bridge, asking("x", 7));
  fixture.after(seconds(100));
  fixture.book.set_table(test::table_of(kTwoRoutes, 8), fixture.now);
  CHECK(fixture.after(limits::kBridgeLag).empty());
  fixture.asks(bridge, asking("x", 7));
  CHECK(fixture.after(milliseconds(1)) ==
        "warning: bridge x: still decides by generation 7, the current one is 8\n");
  CHECK(fixture.after(seconds(100)).empty());
  CHECK(fixture.book.report().by_generation == std::map<std::uint64_t, std::size_t>{{7, 1}});
  fixture.asks(bridge, asking("x", 8));
  CHECK(fixture.after(milliseconds(1)) == "info: bridge x: caught up with generation 8\n");
  CHECK(fixture.after(seconds(100)).empty());
}

TEST_CASE("a bridge that follows, always a little late, is not behind") {
  Fixture fixture;
  BridgeBook::Bridge bridge(fixture.book);
  fixture.asks(bridge, asking("x", 7));
  fixture.after(seconds(1));
  for (std::uint64_t generation = 8; generation < 18; ++generation) {
    fixture.book.set_table(test::table_of(kTwoRoutes, generation), fixture.now);
    fixture.asks(bridge, asking("x", generation - 1));
    CHECK(fixture.after(seconds(4)).empty());
  }
}

TEST_CASE("what bridges decided is summed, and told at most once a minute") {
  Fixture fixture;
  BridgeBook::Bridge one(fixture.book);
  BridgeBook::Bridge two(fixture.book);
  fixture.asks(one, asking("x", 7, {{"shop", "a", "weight", 3}, {"shop", "b", "sticky", 1}}));
  fixture.asks(two, asking("x", 7, {{"shop", "a", "weight", 2}, {"shop", "", "none", 1}}));
  fixture.asks(two, asking("x", 7, {{"", "", "none", 9}}));
  CHECK(fixture.after(milliseconds(1)) ==
        "info: bridges decided 16 requests: no gateway none 9, shop a weight 5, shop none 1, "
        "shop b sticky 1\n");
  fixture.asks(two, asking("x", 7, {{"shop", "a", "weight", 1}}));
  fixture.after(limits::kDecidedLogInterval - milliseconds(1));
  CHECK(fixture.after(milliseconds(1)) == "info: bridges decided 1 request: shop a weight 1\n");
  CHECK(fixture.after(seconds(600)).empty());
  const BridgeReport report = fixture.book.report();
  CHECK(report.decided_total == 17);
  CHECK(report.decided_unknown == 0);
  CHECK(report.decided == std::vector<DecidedCount>{{"", "", "none", 9},
                                                    {"shop", "a", "weight", 6},
                                                    {"shop", "", "none", 1},
                                                    {"shop", "b", "sticky", 1}});
}

TEST_CASE("names that the table does not have are counted together") {
  Fixture fixture;
  BridgeBook::Bridge bridge(fixture.book);
  fixture.asks(bridge, asking("x", 7,
                              {{"other", "a", "weight", 1},
                               {"shop", "c", "weight", 2},
                               {"shop", "a", "because", 4},
                               {"", "a", "none", 8},
                               {"", "", "weight", 16},
                               {"shop", "a", "weight", 32}}));
  CHECK(fixture.after(milliseconds(1)) == "info: bridges decided 63 requests: shop a weight 32\n");
  CHECK(fixture.book.report().decided_unknown == 31);
  fixture.book.set_table(test::table_of("gateway cart\n route a 100%", 8), fixture.now);
  CHECK(fixture.book.report().decided.empty());
  CHECK(fixture.book.report().decided_total == 63);
}

TEST_CASE("counts that lie reach the end of the numbers and stay there") {
  Fixture fixture;
  BridgeBook::Bridge bridge(fixture.book);
  const auto lie = asking("x", 7, {{"shop", "a", "weight", UINT64_MAX - 1}});
  for (int i = 0; i < 3; ++i) fixture.asks(bridge, lie);
  CHECK(fixture.book.report().decided.front().count == UINT64_MAX);
  CHECK(fixture.book.report().decided_total == UINT64_MAX);
}

TEST_CASE("a line names the ten most frequent decisions") {
  Fixture fixture;
  const auto line_of = [&](std::size_t kinds) {
    std::string text = "gateway g";
    std::vector<DecidedCount> decided;
    for (std::size_t i = 0; i < kinds; ++i) {
      const std::string route = "r" + std::to_string(i);
      text += "\n route " + route + " 1";
      decided.push_back({"g", route, "weight", i + 1});
    }
    BridgeBook book;
    BridgeBook::Bridge bridge(book);
    book.set_table(test::table_of(text, 1), fixture.now);
    bridge.asked(asking("x", 1, decided), fixture.now);
    book.log_decided();
    return fixture.log.take();
  };
  const std::string ten = line_of(limits::kDecidedShown);
  CHECK(std::ranges::count(ten, ',') == limits::kDecidedShown - 1);
  const std::string eleven = line_of(limits::kDecidedShown + 1);
  CHECK(eleven.starts_with("info: bridges decided 66 requests: g r10 weight 11, g r9 weight 10,"));
  CHECK(eleven.ends_with("g r1 weight 2, ...\n"));
}

TEST_CASE("names are counted apart up to the limit") {
  constexpr std::size_t kReasons = 5;
  constexpr std::size_t kRoutes = 10000;
  static_assert(limits::kDecidedNames == 2 * kReasons * kRoutes);
  std::string text;
  for (const std::string gateway : {"one", "two", "more"}) {
    text += "gateway " + gateway + "\n";
    for (std::size_t i = 0; i < (gateway == "more" ? 1 : kRoutes); ++i) {
      text += " route r" + std::to_string(i) + " 1\n";
    }
  }
  Fixture fixture;
  fixture.book.set_table(test::table_of(text, 8), fixture.now);
  BridgeBook::Bridge bridge(fixture.book);
  for (const std::string gateway : {"one", "two"}) {
    for (const std::string reason : {"none", "forced", "condition", "sticky", "weight"}) {
      for (std::size_t i = 0; i < kRoutes; ++i) {
        fixture.asks(bridge, asking("x", 8, {{gateway, "r" + std::to_string(i), reason, 1}}));
      }
    }
  }
  CHECK(fixture.book.report().decided.size() == limits::kDecidedNames);
  CHECK(fixture.book.report().decided_unknown == 0);
  fixture.asks(bridge, asking("x", 8, {{"more", "r0", "weight", 1}, {"one", "r0", "none", 1}}));
  CHECK(fixture.book.report().decided.size() == limits::kDecidedNames);
  CHECK(fixture.book.report().decided_unknown == 1);
  // What the next table still has stays counted, all of it looked up by the new names.
  fixture.book.set_table(test::table_of("gateway one\n route r0 50%\n route r1 50%", 9),
                         fixture.now);
  CHECK(fixture.book.report().decided.size() == 2 * kReasons);
}

}  // namespace pointsman::agent
