// The body of a registration: `{"address": "10.0.0.7", "port": 8080, "weight": 100, "tags": [],
// "ttl": 30}`, all but address and port with a default. Whoever sends it is not trusted.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "api/problem.h"
#include "base/result.h"
#include "registry/revision.h"

namespace pointsman::api {

inline constexpr std::chrono::seconds kDefaultTtl{30};

struct Registration {
  registry::Instance instance;  // without its id
  std::chrono::seconds ttl = kDefaultTtl;
};

Result<Registration, Problem> parse_registration(std::string_view body);

}  // namespace pointsman::api
