#include "registry/registry.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;
using namespace std::chrono_literals;

TEST_CASE("a registration lives as long as its heartbeats come") {
  Registry registry(0, 300s);
  const Instance web1 = instance("web-1", "10.0.0.1");
  CHECK(put(registry, "web", web1, at(0)) == Put::kNew);
  CHECK(put(registry, "web", instance("web-2", "10.0.0.2"), at(0), 100s) == Put::kNew);
  CHECK(registry.next_due() == at(10));
  const auto first = registry.revision();
  CHECK(to_text(first->services) == "web: web-1 web-2");
  CHECK(put(registry, "web", web1, at(9)) == Put::kRenewed);
  registry.expire(at(10));
  CHECK(registry.revision() == first);
  CHECK(registry.next_due() == at(19));
  registry.expire(at(18));
  CHECK(text(registry) == "web: web-1 web-2");
  registry.expire(at(19));
  CHECK(text(registry) == "web: web-2");
}

TEST_CASE("a change is a new revision, a heartbeat is none") {
  Registry registry(41, 300s);
  CHECK(registry.revision()->number == 42);
  put(registry, "web", instance("a", "10.0.0.1"), at(0));
  CHECK(registry.revision()->number == 43);
  put(registry, "web", instance("a", "10.0.0.1"), at(1));
  CHECK(registry.revision()->number == 43);
  CHECK(put(registry, "web", instance("a", "10.0.0.1", 80, 0), at(2)) == Put::kChanged);
  CHECK(registry.revision()->number == 44);
  CHECK(text(registry) == "web: a*");
  // There and back between two looks is no change.
  put(registry, "web", instance("b", "10.0.0.2"), at(3));
  registry.remove("web", "b");
  CHECK(registry.revision()->number == 44);
}

TEST_CASE("numbers wrap as those of DNS do, and none is 0") {
  Registry registry(4294967295U, 300s);
  CHECK(registry.revision()->number == 1);
}

TEST_CASE("what a program takes away acts at once, though it be the last") {
  Registry registry = four();
  CHECK(registry.remove("db", "d"));
  CHECK_FALSE(registry.remove("db", "d"));
  CHECK_FALSE(registry.remove("web", "x"));
  CHECK(text(registry) == "web: a b c");
  for (const char* id : {"a", "b", "c"}) CHECK(registry.remove("web", id));
  CHECK(text(registry).empty());
  registry.expire(at(1000));
  CHECK(registry.take_notices().empty());
}

TEST_CASE("an address that registers anew under another id takes the old one's place") {
  Registry registry(0, 300s);
  put(registry, "web", instance("old", "10.0.0.1"), at(0));
  CHECK(put(registry, "web", instance("new", "10.0.0.1"), at(1)) == Put::kNew);
  CHECK(text(registry) == "web: new");
  put(registry, "db", instance("other", "10.0.0.1"), at(1));
  CHECK(text(registry) == "db: other, web: new");
}

TEST_CASE("what a person writes takes effect at once and as written") {
  Registry registry(0, 300s);
  Services services{{"web", service_of(0, 3)}, {"empty", {}}};
  CHECK(registry.replace(SourceKind::kFiles, services) == 0);
  CHECK(text(registry) == "empty:, web: 00000000 00000001 00000002");
  const auto before = registry.revision();
  registry.replace(SourceKind::kFiles, services);
  CHECK(registry.revision() == before);
  services["web"].instances.erase(services["web"].instances.begin(),
                                  services["web"].instances.begin() + 2);
  services["web"].instances[0].weight = 0;
  registry.replace(SourceKind::kFiles, services);
  CHECK(text(registry) == "empty:, web: 00000002*");
  registry.replace(SourceKind::kFiles, {});
  CHECK(text(registry).empty());
  CHECK_FALSE(registry.knows("web"));
}

TEST_CASE("a service that is not polled any more goes at once") {
  Registry registry(0, 300s);
  registry.update(SourceKind::kDns, "web", service_of(0, 1), at(0));
  registry.update(SourceKind::kDns, "db", service_of(0, 1), at(0));
  registry.retain(SourceKind::kDns, {"db"});
  CHECK(text(registry) == "db: 00000000");
}

TEST_CASE("a restart finds registrations and what is held, with times counted anew") {
  Registry before(7, 300s);
  put(before, "web", instance("a", "10.0.0.1"), at(0), 30s);
  put(before, "db", instance("d", "10.0.1.1"), at(0), 10s);
  before.update(SourceKind::kDns, "api", service_of(0, 2), at(0));
  before.replace(SourceKind::kFiles, {{"cache", service_of(5, 1)}});
  before.expire(at(10));
  CHECK(text(before) == "api: 00000000 00000001, cache: 00000005, db: d, web: a");
  const StoredRegistry stored = before.store(at(110));
  CHECK(stored.number == 8);
  CHECK(stored.instances.size() == 4);

  Registry after(stored.number, 300s);
  after.restore(stored, at(5000));
  CHECK(after.revision()->number == 9);
  CHECK(text(after) == "api: 00000000 00000001, db: d, web: a");
  CHECK(after.store(at(5000)).instances == stored.instances);
  after.update(SourceKind::kDns, "api", service_of(1, 1), at(5001));
  CHECK(text(after) == "api: 00000001, db: d, web: a");
  after.expire(at(5029));
  CHECK(after.list("web")[0].entry.phase == Phase::kLive);
  after.expire(at(5030));
  CHECK(after.list("web")[0].entry.phase == Phase::kHeld);
  after.expire(at(5200));
  CHECK(text(after) == "api: 00000001, web: a");
}

TEST_CASE("lists tell of what is live and what is held, by source") {
  Registry registry = four();
  registry.replace(SourceKind::kFiles, {{"web", service_of(0, 1)}, {"empty", {}}});
  registry.expire(at(10));
  const auto listed = registry.list("web");
  REQUIRE(listed.size() == 4);
  CHECK(listed[0].source == SourceKind::kFiles);
  CHECK(listed[1].source == SourceKind::kHttp);
  CHECK(listed[1].entry.instance.id == "a");
  CHECK(registry.list("none").empty());
  std::string summed;
  for (const Summary& each : registry.summaries()) {
    summed +=
        each.service + " " + std::to_string(each.live) + " " + std::to_string(each.held) + ";";
  }
  CHECK(summed == "db 0 1;empty 0 0;web 1 3;");
}
