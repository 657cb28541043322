// How a share is settled by a number: by a roll in the routes' intervals laid end to end, or by a
// key (weighted rendezvous), so that the same user gets the same route on every agent without a
// cookie.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "routing/request.h"
#include "routing/route_table.h"

namespace pointsman::routing {

std::uint64_t splitmix64(std::uint64_t x);

// xxh64 (seed 0) of `key NUL gateway`.
std::uint64_t split_key(std::string_view key, std::string_view gateway);

// The key of a request in a gateway with `split_by`: of the header's, cookie's or parameter's first
// occurrence, or of the 16 bytes of the source address. Null where it is absent or empty, or where
// the gateway does not split by key.
std::optional<std::uint64_t> split_key_of(const Gateway& gateway, const Request& request);

// The strength roll of a keyed request: (splitmix64(k xor condition tag) >> 11) / 2^53.
double keyed_strength_roll(std::uint64_t key, std::uint32_t condition_tag);

// The 1/10,000 that the roll lies in, as tokens remember it: step_of_roll(roll) < share exactly
// where roll < share / 10,000.
std::uint16_t step_of_roll(double roll);

struct Placement {
  const Route* route = nullptr;  // null: all shares are 0
  double position = 0;           // of the roll inside the route's interval, stretched to [0, 1)
};

// What can't serve where a backend has no server: all routes to that backend, and references to
// gateways that turned out to have no other. By default nothing.
class LeftOut {
 public:
  LeftOut() = default;
  explicit LeftOut(std::string_view backend) : backend_(backend) {}

  // False: there are limits::kDeadEnds already.
  bool add_dead_end(const Gateway& gateway);
  bool has(const Route& route) const;

 private:
  std::string_view backend_;
  std::array<const Gateway*, limits::kDeadEnds> dead_ends_{};
  std::size_t count_ = 0;
};

// Whether any route that is not left out has a share.
bool has_share(std::span<const Route> routes, const LeftOut& without);

// The shares of the routes that are not left out are normalised.
Placement place_by_roll(std::span<const Route> routes, const LeftOut& without, double roll);
// Smallest −ln(u)/share; u = ((splitmix64(k xor route tag) >> 11) + 0.5) / 2^53; ties to the
// earlier.
const Route* place_by_key(std::span<const Route> routes, const LeftOut& without, std::uint64_t key);

}  // namespace pointsman::routing
