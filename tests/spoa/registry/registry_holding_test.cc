// What is held when it is lost, and what is not.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;
using namespace std::chrono_literals;

TEST_CASE("the last instance of a service is held when it expires, and then let go") {
  Registry registry(0, 300s);
  put(registry, "web", instance("a", "10.0.0.1"), at(0));
  registry.expire(at(10));
  CHECK(text(registry) == "web: a");
  const auto held = registry.take_notices();
  REQUIRE(held.size() == 1);
  CHECK(held[0].kind == Notice::Kind::kHeld);
  CHECK(held[0].service == "web");
  CHECK(held[0].instances == 1);
  CHECK((registry.next_due() > at(10) && registry.next_due() <= at(310)));
  registry.expire(at(309));
  CHECK(text(registry) == "web: a");
  registry.expire(at(310));
  CHECK(text(registry).empty());
  const auto let_go = registry.take_notices();
  REQUIRE(let_go.size() == 1);
  CHECK(let_go[0].kind == Notice::Kind::kLetGo);
  CHECK(registry.next_due() == kNever);
}

TEST_CASE("what is held comes back to life with a heartbeat") {
  Registry registry(0, 300s);
  put(registry, "web", instance("a", "10.0.0.1"), at(0));
  registry.expire(at(10));
  CHECK(registry.list("web")[0].entry.phase == Phase::kHeld);
  const auto before = registry.revision();
  CHECK(put(registry, "web", instance("a", "10.0.0.1"), at(20), 1000s) == Put::kRenewed);
  CHECK(registry.list("web")[0].entry.phase == Phase::kLive);
  registry.expire(at(600));
  CHECK(registry.revision() == before);
}

TEST_CASE("a source that loses more than half is held, one that loses half is not") {
  Registry half = four();
  put(half, "web", instance("a", "10.0.0.1"), at(9), 100s);
  put(half, "db", instance("d", "10.0.1.1"), at(9), 100s);
  half.expire(at(10));
  CHECK(text(half) == "db: d, web: a");
  Registry more = four();
  put(more, "db", instance("d", "10.0.1.1"), at(9), 100s);
  more.expire(at(10));
  CHECK(text(more) == "db: d, web: a b c");
}

TEST_CASE("what is lost bit by bit within the window is lost at once") {
  Registry registry(0, 300s);
  for (std::size_t i = 0; i < 4; ++i) {
    put(registry, "web", numbered(i), at(0), std::chrono::seconds(10 + i));
  }
  put(registry, "web", numbered(4), at(0), 1000s);
  registry.expire(at(10));
  registry.expire(at(11));
  CHECK(text(registry) == "web: 00000002 00000003 00000004");
  registry.expire(at(12));  // 3 of 5: all of them come back
  CHECK(text(registry) == "web: 00000000 00000001 00000002 00000003 00000004");
  registry.expire(at(13));
  registry.expire(at(312));
  CHECK(text(registry) == "web: 00000004");
}

TEST_CASE("what is lost slowly is not held, but for the last") {
  Registry registry(0, 300s);
  const auto window = limits::kMassLossWindow;
  for (std::size_t i = 0; i < 5; ++i) put(registry, "web", numbered(i), at(0), (i + 1) * window);
  for (std::size_t i = 1; i < 5; ++i) {
    registry.expire(at(0) + i * window);
    CHECK(registry.revision()->services.at("web").instances.size() == 5 - i);
  }
  registry.expire(at(0) + 5 * window);
  CHECK(text(registry) == "web: 00000004");
}

TEST_CASE("an instance that drains may expire unmissed") {
  Registry registry(0, 300s);
  put(registry, "web", instance("a", "10.0.0.1", 80, 0), at(0));
  put(registry, "web", instance("b", "10.0.0.2"), at(0), 5s);
  registry.expire(at(5));  // b is the last that takes visitors
  CHECK(text(registry) == "web: a* b");
  registry.expire(at(10));
  CHECK(text(registry) == "web: b");
}

TEST_CASE("a held loss is accepted by confirming it") {
  Registry registry(0, 300s);
  for (std::size_t i = 0; i < 4; ++i) put(registry, "web", numbered(i), at(0));
  put(registry, "web", numbered(4), at(0), 1000s);
  registry.expire(at(10));
  CHECK(registry.confirm("db") == 0);
  CHECK(registry.confirm("web") == 4);
  CHECK(text(registry) == "web: 00000004");
  CHECK(registry.confirm("web") == 0);
}

TEST_CASE("a poll that finds nothing is held, one that finds others is not") {
  Registry registry(0, 300s);
  registry.replace(SourceKind::kFiles, {{"web", {}}});
  CHECK(registry.update(SourceKind::kDns, "web", service_of(0, 3), at(0)) == 0);
  registry.update(SourceKind::kDns, "web", service_of(10, 3), at(2));
  CHECK(text(registry) == "web: 00000010 00000011 00000012");
  registry.update(SourceKind::kDns, "web", {}, at(20));
  CHECK(text(registry) == "web: 00000010 00000011 00000012");
  registry.update(SourceKind::kDns, "web", {}, at(22));  // and once more
  registry.expire(at(320));
  CHECK(text(registry) == "web:");
}

TEST_CASE("an instance of another source keeps a service from being empty") {
  Registry registry(0, 300s);
  registry.replace(SourceKind::kFiles, {{"web", service_of(0, 1)}});
  for (std::size_t i = 1; i < 4; ++i) put(registry, "other", numbered(i), at(0), 1000s);
  put(registry, "web", numbered(9), at(0));
  registry.expire(at(10));
  CHECK(text(registry) == "other: 00000001 00000002 00000003, web: 00000000");
}
