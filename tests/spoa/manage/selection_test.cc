#include "manage/selection.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/limits.h"
#include "fake_host.h"

using namespace pointsman;
using manage::select_forms;
using test::managed_gateway;
using test::managed_table;

namespace {

// HAProxy refuses what stands in `faults`, with or without saying where.
struct Fixture {
  manage::SelectionMeans means() {
    return {[this](const routing::RouteTable& table) {
              ++rendered;
              return manage::render_configuration(render, table, {}, "/f");
            },
            [this](const manage::Configuration& configuration) -> Result<std::string> {
              ++checks;
              std::string messages;
              for (const std::string& fault : faults) {
                messages += test::FakeHost::refuse_lines_with(configuration.text, fault);
              }
              if (messages.empty() || says_where) return messages;
              return std::string("[ALERT] (1) : something is wrong\n");
            },
            "/f/haproxy.cfg.new", ""};
  }
  Result<manage::Selection> select(test::Gateways gateways,
                                   const std::vector<manage::Refusal>& held = {}) {
    return select_forms(*managed_table(std::move(gateways)), last, held, means());
  }
  void take(test::Gateways gateways) {
    auto selection = select(std::move(gateways));
    REQUIRE(selection);
    last = selection->forms;
    checks = 0;
  }

  manage::Render render = render::render_complete;
  std::vector<std::string> faults = {"balance wrong"};
  bool says_where = true;
  manage::Forms last;
  std::size_t checks = 0;
  std::size_t rendered = 0;
};

std::vector<std::string> refused(const manage::Selection& selection) {
  std::vector<std::string> names;
  for (const auto& refusal : selection.refused) names.push_back(refusal.gateway);
  return names;
}

using Names = std::vector<std::string>;

test::Gateways many(std::size_t count, const std::set<std::size_t>& wrong) {
  test::Gateways gateways;
  for (std::size_t i = 0; i < count; ++i) {
    gateways.push_back(managed_gateway("g" + std::to_string(i),
                                       static_cast<std::uint16_t>(1000 + i),
                                       wrong.contains(i) ? "wrong" : ""));
  }
  return gateways;
}

}  // namespace

TEST_CASE("where HAProxy takes all, one check is all there is") {
  Fixture fixture;
  const auto selection = fixture.select(many(50, {}));
  REQUIRE(selection);
  CHECK(fixture.checks == 1);
  CHECK(selection->forms.size() == 50);
  CHECK(selection->refused.empty());
}

TEST_CASE("all whom HAProxy names are found by two checks") {
  Fixture fixture;
  const auto selection = fixture.select(many(50, {3, 7, 49}));
  REQUIRE(selection);
  CHECK(fixture.checks == 2);
  CHECK(refused(*selection) == Names{"g3", "g7", "g49"});
  CHECK(selection->forms.size() == 47);
}

TEST_CASE("whom HAProxy does not name is found by halves") {
  Fixture fixture;
  fixture.says_where = false;
  const auto selection = fixture.select(many(20, {11}));
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"g11"});
  CHECK(selection->forms.size() == 19);
  CHECK(selection->configuration.text.find("wrong") == std::string::npos);
  CHECK(selection->configuration.text.find("backend g19__v1") != std::string::npos);
}

TEST_CASE("a held gateway has the form that HAProxy took last") {
  Fixture fixture;
  fixture.take({managed_gateway("a", 1000, "leastconn"), managed_gateway("b", 1001)});
  fixture.says_where = GENERATE(true, false);
  const auto selection =
      fixture.select({managed_gateway("a", 1000, "wrong"), managed_gateway("b", 1002)});
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"a"});
  CHECK(selection->forms.at("a") == fixture.last.at("a"));
  CHECK(selection->configuration.text.find("balance leastconn") != std::string::npos);
  CHECK(selection->configuration.text.find("bind *:1002") != std::string::npos);
}

TEST_CASE("what did not change is not suspected, and a fault of nobody's is one of all") {
  Fixture fixture;
  const auto same = managed_gateway("a", 1000, "leastconn");
  fixture.take({same});
  fixture.faults = {"balance leastconn"};
  fixture.says_where = GENERATE(true, false);
  const auto selection = fixture.select({same, managed_gateway("b", 1001)});
  REQUIRE_FALSE(selection);
  CHECK(selection.error().message.starts_with(
      "HAProxy refuses the configuration whatever changed in gateways: "));
}

TEST_CASE("the last form of one may clash with the new form of another: that is held, too") {
  Fixture fixture;
  fixture.take({managed_gateway("a", 1000), managed_gateway("b", 1001)});
  // They trade their ports, and a is wrong besides.
  const auto selection =
      fixture.select({managed_gateway("a", 1001, "wrong"), managed_gateway("b", 1000)});
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"a", "b"});
  CHECK(selection->forms == fixture.last);
}

TEST_CASE("a gateway that can't be rendered is named as well") {
  Fixture fixture;
  fixture.render = [](const routing::RouteTable& table,
                      const render::Options& options) -> Result<render::RenderedFiles> {
    if (table.find_gateway("b") != nullptr) return Error{"gateway b, route v1: instance twice"};
    return render::render_complete(table, options);
  };
  const auto selection = fixture.select({managed_gateway("a", 1000), managed_gateway("b", 1001)});
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"b"});
  CHECK(fixture.checks == 1);
}

TEST_CASE("who is held already is not tried") {
  Fixture fixture;
  const auto selection = fixture.select({managed_gateway("a", 1000), managed_gateway("b", 1001)},
                                        {{"a", "cannot bind"}, {"gone", "x"}});
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"a"});
  CHECK(fixture.checks == 1);
}

TEST_CASE("the search ends after so many trials, with what is known good") {
  Fixture fixture;
  fixture.says_where = false;
  std::set<std::size_t> wrong;
  for (std::size_t i = 0; i < 64; i += 2) wrong.insert(i);
  const auto selection = fixture.select(many(64, wrong));
  REQUIRE(selection);
  CHECK(fixture.checks == limits::kManagedTrials);
  CHECK(selection->configuration.text.find("wrong") == std::string::npos);
  CHECK(selection->configuration.text.find("backend g1__v1") != std::string::npos);
  CHECK(selection->forms.size() + selection->refused.size() == 64);
  CHECK(selection->refused.back().gateway == "g63");
  CHECK(selection->refused.back().message.ends_with(
      "HAProxy refuses it or another gateway that changed; after 32 trials it is not found which "
      "one"));
}

TEST_CASE("whom HAProxy names wrongly is taken all the same") {
  Fixture fixture;
  auto means = fixture.means();
  means.check = [](const manage::Configuration& configuration) -> Result<std::string> {
    if (configuration.text.find("balance wrong") == std::string::npos) return std::string();
    return std::string("[ALERT] (1) : proxy 'a__v1' is odd.\n");
  };
  const auto selection = select_forms(
      *managed_table({managed_gateway("a", 1000), managed_gateway("b", 1001, "wrong")}), {}, {},
      means);
  REQUIRE(selection);
  CHECK(refused(*selection) == Names{"b"});
  CHECK(selection->forms.contains("a"));
}

TEST_CASE("named ones and one that is not named keep nobody else away") {
  Fixture fixture;
  auto means = fixture.means();
  means.check = [](const manage::Configuration& configuration) -> Result<std::string> {
    std::string messages = test::FakeHost::refuse_lines_with(configuration.text, "balance wrong");
    if (!messages.empty()) return messages;
    if (configuration.text.find("backend g11__v1") == std::string::npos) return std::string();
    return std::string("[ALERT] (1) : something is wrong\n");
  };
  const auto selection = select_forms(*managed_table(many(20, {3})), {}, {}, means);
  REQUIRE(selection);
  auto names = refused(*selection);
  std::sort(names.begin(), names.end());
  CHECK(names == Names{"g11", "g3"});
  CHECK(selection->forms.size() == 18);
  for (const auto& refusal : selection->refused) {
    CHECK((refusal.gateway != "g3" || refusal.message.find("no such thing") != std::string::npos));
  }
}

TEST_CASE("an HAProxy that can't be asked ends it") {
  Fixture fixture;
  auto means = fixture.means();
  means.check = [](const manage::Configuration&) -> Result<std::string> {
    return Error{"haproxy: cannot be run"};
  };
  const auto selection = select_forms(*managed_table({managed_gateway("a", 1000)}), {}, {}, means);
  REQUIRE_FALSE(selection);
  CHECK(selection.error().message == "haproxy: cannot be run");
}
