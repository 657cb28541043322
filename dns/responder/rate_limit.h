// Response rate limiting: how many answers of one kind a network of strangers gets in a second.
// Whoever forges addresses can't turn the responder on a victim then, while a real client there is
// told by a truncated answer to come by TCP, which is not limited. Pure: time is an argument. Its
// table has one size; where it is full, the network that got the fewest answers is forgotten.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"

namespace pointsman::dns {

struct RateLimitOptions {
  std::uint32_t per_second = 0;  // answers of a kind to a /24 of IPv4, a /56 of IPv6; 0: no limit
  std::uint32_t slip = 2;        // each n-th answer over the limit is sent truncated; 0: none
};

class RateLimit {
 public:
  enum class Verdict : std::uint8_t { kSend, kTruncate, kDrop };

  // The seed keeps it secret which networks share a place in the table.
  RateLimit(const RateLimitOptions& options, std::uint64_t seed);

  bool is_on() const { return !entries_.empty(); }

  // `likeness` is equal for answers of one kind, as Reply::likeness.
  Verdict judge(const IpAddress& asker, std::uint64_t likeness, UnixSeconds now);

 private:
  struct Entry {
    std::uint64_t key = 0;
    UnixSeconds second = 0;
    std::uint32_t answers = 0;  // in that second
  };

  Entry& entry_for(std::uint64_t key, UnixSeconds now);

  const RateLimitOptions options_;
  const std::uint64_t seed_;
  std::vector<Entry> entries_;  // rows of limits::kRateLimitRow; empty without a limit
};

}  // namespace pointsman::dns
