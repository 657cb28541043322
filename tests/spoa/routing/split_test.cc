#include "routing/split.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/support/gateway_text.h"
#include "tests/support/test_request.h"

using namespace pointsman;
using namespace pointsman::routing;
using test::TestRequest;

namespace {

std::vector<Route> routes_with(const std::vector<std::uint32_t>& shares) {
  std::vector<Route> routes;
  for (const std::uint32_t share : shares) {
    Route& route = routes.emplace_back();
    route.name = std::string(1, static_cast<char>('a' + routes.size() - 1));
    route.backend = "be_" + route.name;
    route.share = share;
    route.route_tag = route_tag("shop", route.name, "0");
  }
  return routes;
}

std::string placed(const std::vector<Route>& routes, double roll, const LeftOut& without = {}) {
  const Placement placement = place_by_roll(routes, without, roll);
  return placement.route == nullptr ? "none" : placement.route->name;
}

std::uint64_t user(int number) { return split_key("user" + std::to_string(number), "shop"); }

}  // namespace

TEST_CASE("splitmix64 gives its published numbers") {
  CHECK(splitmix64(0) == 0xE220A8397B1DCDAFu);
  CHECK(splitmix64(1234567) == 6457827717110365317u);
}

TEST_CASE("A roll falls into the routes' shares laid end to end") {
  const auto routes = routes_with({8000, 0, 1999, 1});
  CHECK(placed(routes, 0.0) == "a");
  CHECK(placed(routes, 0.7999) == "a");
  CHECK(placed(routes, 0.8) == "c");
  CHECK(placed(routes, 0.9998) == "c");
  CHECK(placed(routes, 0.9999) == "d");
  CHECK(placed(routes, std::nextafter(1.0, 0.0)) == "d");
  CHECK(placed(routes_with({0, 0}), 0.5) == "none");
  CHECK(placed({}, 0.5) == "none");
}

TEST_CASE("Every step of the interval goes to the route whose share holds it") {
  const std::vector<std::uint32_t> shares = {1, 0, 2999, 3333, 3667};
  const auto routes = routes_with(shares);
  std::vector<std::uint32_t> counts(shares.size(), 0);
  for (std::uint32_t step = 0; step < kWhole; ++step) {
    const Placement placement = place_by_roll(routes, {}, step / double{kWhole});
    ++counts[static_cast<std::size_t>(placement.route - routes.data())];
  }
  CHECK(counts == shares);
}

TEST_CASE("Without one route the others' shares are stretched to the whole") {
  const auto routes = routes_with({6000, 3000, 1000});
  CHECK(placed(routes, 0.74, LeftOut("be_a")) == "b");
  CHECK(placed(routes, 0.76, LeftOut("be_a")) == "c");
  CHECK(placed(routes, 0.85, LeftOut("be_b")) == "a");
  CHECK(placed(routes, 0.86, LeftOut("be_b")) == "c");
  CHECK(placed(routes_with({10000, 0}), 0.5) == "a");
  const auto lone = routes_with({10000, 0});
  CHECK(placed(lone, 0.5, LeftOut("be_a")) == "none");
  CHECK(has_share(lone, {}));
  CHECK_FALSE(has_share(lone, LeftOut("be_a")));
}

TEST_CASE("The position inside the interval is a roll again") {
  const auto routes = routes_with({5000, 2500, 2500});
  CHECK(place_by_roll(routes, {}, 0.0).position == 0.0);
  CHECK(place_by_roll(routes, {}, 0.25).position == Approx(0.5));
  CHECK(place_by_roll(routes, {}, 0.5).position == Approx(0.0));
  CHECK(place_by_roll(routes, {}, 0.625).position == Approx(0.5));
  for (std::uint32_t step = 0; step < kWhole; ++step) {
    const double position = place_by_roll(routes, {}, step / double{kWhole}).position;
    REQUIRE(position >= 0.0);
    REQUIRE(position < 1.0);
  }
  CHECK(place_by_roll(routes, {}, std::nextafter(1.0, 0.0)).position < 1.0);
}

TEST_CASE("A roll's step is below a share exactly where the roll is") {
  for (std::uint32_t step = 0; step < kWhole; ++step) {
    const double roll = step / double{kWhole};
    REQUIRE(step_of_roll(roll) == step);
    REQUIRE(step_of_roll(std::nextafter(roll, 1.0)) == step);
    if (step > 0) REQUIRE(step_of_roll(std::nextafter(roll, 0.0)) == step - 1);
  }
  CHECK(step_of_roll(std::nextafter(1.0, 0.0)) == 9999);
}

TEST_CASE("A key is hashed with the gateway's name") {
  // xxh64 of "alice", NUL, "shop", as `xxhsum -H64` prints it
  CHECK(split_key("alice", "shop") == 0x68EF8A135C7B1D63u);
  CHECK(split_key("alice", "shop") != split_key("alice", "shop2"));
  CHECK(split_key("a", "bc") != split_key("ab", "c"));
}

TEST_CASE("Keys are spread over the routes by their shares") {
  const auto routes = routes_with({6000, 0, 3000, 1000});
  std::map<std::string, int> counts;
  for (int i = 0; i < 20000; ++i) ++counts[place_by_key(routes, {}, user(i))->name];
  CHECK(counts["a"] == Approx(12000).margin(350));
  CHECK(counts["c"] == Approx(6000).margin(300));
  CHECK(counts["d"] == Approx(2000).margin(200));
  CHECK(counts.count("b") == 0);
}

TEST_CASE("Raising one route's weight moves no user away from it, and no one between the others") {
  const auto before = routes_with({5000, 4000, 1000});
  const auto after = routes_with({3000, 2400, 4600});
  int moved = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string old_route = place_by_key(before, {}, user(i))->name;
    const std::string new_route = place_by_key(after, {}, user(i))->name;
    if (old_route != new_route) {
      REQUIRE(new_route == "c");
      ++moved;
    }
  }
  CHECK(moved == Approx(20000 * 0.36).margin(400));
}

TEST_CASE("Without its route a key goes to the next best, by the shares of the others") {
  const auto routes = routes_with({6000, 3000, 1000});
  std::map<std::string, int> counts;
  for (int i = 0; i < 20000; ++i) {
    const Route* first = place_by_key(routes, {}, user(i));
    const Route* second = place_by_key(routes, LeftOut(first->backend), user(i));
    REQUIRE(second != first);
    if (first == &routes[0]) ++counts[second->name];
  }
  CHECK(counts["b"] == Approx(3.0 * counts["c"]).epsilon(0.1));
}

TEST_CASE("No route has a share: a key goes nowhere") {
  CHECK(place_by_key(routes_with({0, 0}), {}, user(1)) == nullptr);
  CHECK(place_by_key({}, {}, user(1)) == nullptr);
}

TEST_CASE("Routes of equal score: the earlier one") {
  auto routes = routes_with({5000, 5000});
  routes[1].route_tag = routes[0].route_tag;
  CHECK(place_by_key(routes, {}, user(1)) == &routes[0]);
}

TEST_CASE("The strength roll of a key is even and independent of its route") {
  const auto routes = routes_with({5000, 5000});
  const std::uint32_t tag = condition_tag("shop", "b", "0");
  int low = 0;
  int low_in_a = 0;
  for (int i = 0; i < 20000; ++i) {
    const double roll = keyed_strength_roll(user(i), tag);
    REQUIRE((roll >= 0.0 && roll < 1.0));
    if (roll >= 0.1) continue;
    ++low;
    if (place_by_key(routes, {}, user(i)) == &routes[0]) ++low_in_a;
  }
  CHECK(low == Approx(2000).margin(200));
  CHECK(low_in_a == Approx(low / 2.0).margin(120));
}

TEST_CASE("The key is the first header, cookie or parameter of the name, or the source address") {
  const auto key_of = [](const std::string& by, TestRequest request) {
    const auto gateway = test::compiled("gateway shop by=" + by + "\n route a 100%").front();
    return split_key_of(*gateway, request.view());
  };
  const std::uint64_t alice = split_key("alice", "shop");
  CHECK(key_of("header:X-User", TestRequest().header("x-user", "alice").header("x-user", "bob")) ==
        alice);
  CHECK(key_of("cookie:user", TestRequest().header("cookie", "a=b; user=alice; user=bob")) ==
        alice);
  CHECK(key_of("query:user", TestRequest().query("a=b&user=alice&user=bob")) == alice);

  const std::string mapped = std::string(10, '\0') + "\xff\xff\x0a" + std::string(2, '\0') + "\x01";
  CHECK(key_of("src", TestRequest().src("10.0.0.1")) == split_key(mapped, "shop"));
  CHECK(key_of("src", TestRequest().src("::ffff:10.0.0.1")) == split_key(mapped, "shop"));
}

TEST_CASE("A key that is absent or empty is none") {
  const auto gateway = test::compiled("gateway shop by=header:X-User\n route a 100%").front();
  CHECK_FALSE(split_key_of(*gateway, TestRequest().view()));
  CHECK_FALSE(split_key_of(*gateway, TestRequest().header("X-User", "").view()));
  CHECK_FALSE(
      split_key_of(*gateway, TestRequest().header("X-User", "").header("X-User", "bob").view()));
  const auto by_src = test::compiled("gateway shop by=src\n route a 100%").front();
  CHECK_FALSE(split_key_of(*by_src, TestRequest().view()));
  const auto by_roll = test::compiled("gateway shop\n route a 100%").front();
  CHECK_FALSE(split_key_of(*by_roll, TestRequest().header("X-User", "alice").view()));
}

TEST_CASE(
    "A backend is left out by whatever route leads to it, a dead end by every reference to it") {
  auto routes = routes_with({2500, 2500, 2500, 2500});
  routes[1].backend = "be_a";
  routes[2].backend.clear();
  routes[2].next_gateway = "empty";
  Gateway empty;
  empty.name = "empty";
  LeftOut without("be_a");
  CHECK(placed(routes, 0.0, without) == "c");
  CHECK(without.add_dead_end(empty));
  CHECK(placed(routes, 0.0, without) == "d");
  CHECK(place_by_key(routes, without, user(1)) == &routes[3]);
  CHECK(placed(routes, 0.0) == "a");
}

TEST_CASE("Dead ends are bounded") {
  Gateway empty;
  LeftOut without("be_a");
  for (std::size_t i = 0; i < limits::kDeadEnds; ++i) CHECK(without.add_dead_end(empty));
  CHECK_FALSE(without.add_dead_end(empty));
}
