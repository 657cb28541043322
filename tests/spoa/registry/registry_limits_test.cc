// A full registry refuses what is new and keeps what it has: each limit at N and at N + 1.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;
using namespace std::chrono_literals;

namespace {

std::string refusal(Registry& registry, const std::string& service, const Instance& instance) {
  const auto done = registry.put(service, instance, 10s, at(0));
  return done ? "" : done.error().message;
}

std::string name(std::size_t number) { return "s" + std::to_string(number); }

}  // namespace

TEST_CASE("a service has at most so many instances, over all sources") {
  Registry registry(0, 300s);
  const std::size_t half = limits::kInstancesPerService / 2;
  CHECK(registry.replace(SourceKind::kFiles, {{"web", service_of(0, half)}}) == 0);
  for (std::size_t i = half; i < limits::kInstancesPerService; ++i) {
    REQUIRE(refusal(registry, "web", numbered(i)).empty());
  }
  const Instance one_more = numbered(limits::kInstancesPerService);
  CHECK(refusal(registry, "web", one_more) == "the service is full: it has 1000 instances");
  CHECK(registry.update(SourceKind::kDns, "web", service_of(5000, 2), at(0)) == 2);
  CHECK(registry.revision()->services.at("web").instances.size() == limits::kInstancesPerService);
  // What is there can be renewed and changed, and its address can move to another id.
  CHECK(refusal(registry, "web", numbered(half)).empty());
  Instance renamed = numbered(half);
  renamed.id = "renamed";
  CHECK(refusal(registry, "web", renamed).empty());
  registry.remove("web", "renamed");
  CHECK(refusal(registry, "web", one_more).empty());
}

TEST_CASE("the registry has at most so many services, counted by source") {
  Registry registry(0, 300s);
  Services services;
  for (std::size_t i = 0; i + 1 < limits::kServices; ++i) services[name(i)];
  CHECK(registry.replace(SourceKind::kFiles, services) == 0);
  CHECK(refusal(registry, "last", numbered(1)).empty());
  CHECK(refusal(registry, "more", numbered(2)) == "the registry is full: it has 10000 services");
  services["more"] = service_of(0, 1);
  CHECK(registry.replace(SourceKind::kFiles, services) == 1);
  CHECK(registry.revision()->services.size() == limits::kServices);
  CHECK(registry.revision()->find("more") == nullptr);
}

TEST_CASE("the registry has at most so many instances in all") {
  Registry registry(0, 300s);
  Services services;
  const std::size_t full = limits::kInstances / limits::kInstancesPerService;
  for (std::size_t i = 0; i < full; ++i) {
    services[name(i)] = service_of(i * limits::kInstancesPerService, limits::kInstancesPerService);
  }
  CHECK(registry.replace(SourceKind::kFiles, services) == 0);
  CHECK(refusal(registry, "web", numbered(1)) == "the registry is full: it has 100000 instances");
  services["s0"].instances.pop_back();
  CHECK(registry.replace(SourceKind::kFiles, services) == 0);
  CHECK(refusal(registry, "web", numbered(1)).empty());
  CHECK(refusal(registry, "web", numbered(2)) == "the registry is full: it has 100000 instances");
}
