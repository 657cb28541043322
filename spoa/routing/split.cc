#include "routing/split.h"

#define XXH_INLINE_ALL  // for a hash state on the stack
#include <xxhash.h>

#include <algorithm>
#include <cmath>

namespace pointsman::routing {
namespace {

constexpr double kTwoTo53 = 9007199254740992.0;
constexpr double kBelowOne = 1.0 - 1.0 / kTwoTo53;

// xxh64 of `key NUL gateway` without joining them in memory.
class Xxh64 {
 public:
  Xxh64() { XXH64_reset(&state_, 0); }
  Xxh64& add(std::string_view text) {
    XXH64_update(&state_, text.data(), text.size());
    return *this;
  }
  std::uint64_t digest() const { return XXH64_digest(&state_); }

 private:
  XXH64_state_t state_{};
};

std::uint64_t share_sum(std::span<const Route> routes, const LeftOut& without) {
  std::uint64_t sum = 0;
  for (const Route& route : routes) {
    if (route.share > 0 && !without.has(route)) sum += route.share;
  }
  return sum;
}

}  // namespace

std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

std::uint64_t split_key(std::string_view key, std::string_view gateway) {
  return Xxh64().add(key).add(std::string_view("\0", 1)).add(gateway).digest();
}

std::optional<std::uint64_t> split_key_of(const Gateway& gateway, const Request& request) {
  const SplitBySpec& by = gateway.split_by;
  std::string_view key;
  const auto take_first = [&key](std::string_view value) {
    key = value;
    return true;
  };
  switch (by.kind) {
    case SplitBySpec::Kind::kNone:
      break;
    case SplitBySpec::Kind::kHeader:
      request.headers.any_value(by.name, take_first);
      break;
    case SplitBySpec::Kind::kCookie:
      request.headers.any_cookie(by.name, take_first);
      break;
    case SplitBySpec::Kind::kQuery:
      any_query_parameter(request.query, by.name, take_first);
      break;
    case SplitBySpec::Kind::kSource:
      if (request.src) key = as_text(request.src->bytes);
      break;
  }
  if (key.empty()) return std::nullopt;
  return split_key(key, gateway.name);
}

double keyed_strength_roll(std::uint64_t key, std::uint32_t condition_tag) {
  return static_cast<double>(splitmix64(key ^ condition_tag) >> 11) / kTwoTo53;
}

std::uint16_t step_of_roll(double roll) {
  auto step = static_cast<std::uint16_t>(roll * kWhole);
  // The product is rounded: 0.29 * 10,000 is a little less than 2,900.
  if ((step + 1) / double{kWhole} <= roll) ++step;
  if (step / double{kWhole} > roll) --step;
  return step;
}

bool LeftOut::add_dead_end(const Gateway& gateway) {
  if (count_ == dead_ends_.size()) return false;
  dead_ends_[count_++] = &gateway;
  return true;
}

bool LeftOut::has(const Route& route) const {
  if (route.next_gateway.empty()) return !backend_.empty() && route.backend == backend_;
  return std::any_of(dead_ends_.begin(), dead_ends_.begin() + count_,
                     [&](const Gateway* gateway) { return gateway->name == route.next_gateway; });
}

bool has_share(std::span<const Route> routes, const LeftOut& without) {
  return share_sum(routes, without) > 0;
}

Placement place_by_roll(std::span<const Route> routes, const LeftOut& without, double roll) {
  const auto whole = static_cast<double>(share_sum(routes, without));
  std::uint64_t start = 0;
  for (const Route& route : routes) {
    if (route.share == 0 || without.has(route)) continue;
    const std::uint64_t end = start + route.share;
    if (roll < static_cast<double>(end) / whole) {
      const double position = (roll * whole - static_cast<double>(start)) / route.share;
      return {&route, std::clamp(position, 0.0, kBelowOne)};
    }
    start = end;
  }
  return {};
}

const Route* place_by_key(std::span<const Route> routes, const LeftOut& without,
                          std::uint64_t key) {
  const Route* best = nullptr;
  double best_score = 0;
  for (const Route& route : routes) {
    if (route.share == 0 || without.has(route)) continue;
    const std::uint64_t hash = splitmix64(key ^ route.route_tag);
    const double u = (static_cast<double>(hash >> 11) + 0.5) / kTwoTo53;
    const double score = -std::log(u) / route.share;
    if (best == nullptr || score < best_score) {
      best = &route;
      best_score = score;
    }
  }
  return best;
}

}  // namespace pointsman::routing
