// Instances, services and registries as tests write them.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "registry/registry.h"

namespace pointsman::test {

using namespace pointsman::registry;

inline Instance instance(std::string id, std::string_view address, std::uint16_t port = 80,
                         std::uint16_t weight = kDefaultWeight) {
  return {std::move(id), *IpAddress::parse(address), port, weight, {}};
}

// An instance of its own address for each number.
inline Instance numbered(std::size_t number, std::uint16_t weight = kDefaultWeight) {
  const std::array<std::uint8_t, 4> bytes{10, static_cast<std::uint8_t>(number >> 16),
                                          static_cast<std::uint8_t>(number >> 8),
                                          static_cast<std::uint8_t>(number)};
  std::string id = std::to_string(number);
  id.insert(0, 8 - id.size(), '0');  // ascending as the numbers are
  return {id, *IpAddress::from_bytes(bytes), 80, weight, {}};
}

inline Service service_of(std::size_t first, std::size_t count) {
  Service service;
  for (std::size_t i = 0; i < count; ++i) service.instances.push_back(numbered(first + i));
  return service;
}

// "web: a b*, db: c": a star behind one that drains.
inline std::string to_text(const Services& services) {
  std::string text;
  for (const auto& [name, service] : services) {
    text += (text.empty() ? "" : ", ") + name + ":";
    for (const Instance& each : service.instances) {
      text += " " + each.id + (each.weight == 0 ? "*" : "");
    }
  }
  return text;
}

inline Moment at(std::int64_t seconds) { return Moment(std::chrono::seconds(1000 + seconds)); }

inline std::string text(Registry& registry) { return to_text(registry.revision()->services); }

inline Put put(Registry& registry, const std::string& service, const Instance& each, Moment now,
               std::chrono::seconds ttl = std::chrono::seconds(10)) {
  const auto done = registry.put(service, each, ttl, now);
  REQUIRE(done);
  return *done;
}

// a, b, c of web and d of db, registered at 0 for 10 s.
inline Registry four() {
  Registry registry(0, std::chrono::seconds(300));
  for (const char* id : {"a", "b", "c"}) {
    put(registry, "web", instance(id, std::string("10.0.0.") + std::to_string(id[0] - 'a' + 1)),
        at(0));
  }
  put(registry, "db", instance("d", "10.0.1.1"), at(0));
  return registry;
}

}  // namespace pointsman::test
