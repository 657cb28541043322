// Who serves what, as one immutable value: sources are merged into a Revision, which is published
// whole; DNS answers, API and HAProxy's configuration read it. Nothing changes after publication.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"

namespace pointsman::registry {

inline constexpr std::uint16_t kDefaultWeight = 100;
inline constexpr std::uint16_t kWeightMax = 256;

struct Instance {
  std::string id;  // unique in its service
  IpAddress address;
  std::uint16_t port = 0;                 // 1 to 65535
  std::uint16_t weight = kDefaultWeight;  // 0: draining, gets no new visitors
  std::vector<std::string> tags = {};     // ascending, each once

  bool operator==(const Instance&) const = default;
};

struct Service {
  std::vector<Instance> instances;  // ascending by id, of each (address, port) only one

  bool operator==(const Service&) const = default;
};

// Services by name: a DNS label in lower case. One without instances is known, yet serves nothing.
using Services = std::map<std::string, Service, std::less<>>;

struct Revision {
  std::uint32_t number = 0;  // rises with each change, also over restarts; wraps as a DNS serial
  Services services;

  const Service* find(std::string_view name) const {
    const auto found = services.find(name);
    return found == services.end() ? nullptr : &found->second;
  }
};

}  // namespace pointsman::registry
