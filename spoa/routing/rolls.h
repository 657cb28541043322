// Where rolls come from. A roll is a number in [0, 1); a decision asks for one only when a share
// has to be settled, and at most once for each tier. SequenceRolls gives exact splits instead of
// coin flips: each tier walks all 10,000 steps of the unit interval once a period, in
// low-discrepancy order (step i is i × 1,089 mod 10,000), from a random start. Used by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace pointsman::routing {

// Identifies the level at which a share is settled, the same over publications: a hash of the
// gateway's (weights, alternates) or the route's (strength) name and kind.
struct Tier {
  std::uint64_t key = 0;
  bool operator==(const Tier&) const = default;
};

class Rolls {
 public:
  virtual ~Rolls() = default;
  virtual double strength(Tier tier) = 0;
  virtual double weight(Tier tier) = 0;
};

class SequenceRolls : public Rolls {
 public:
  // `random_start` gives each tier's first index (any number; taken modulo 10,000).
  explicit SequenceRolls(std::function<std::uint64_t()> random_start);

  double strength(Tier tier) override { return next(tier); }
  double weight(Tier tier) override { return next(tier); }

  // Of tiers that were asked.
  std::size_t tier_count() const { return index_.size(); }
  // Forgets all tiers but these; theirs go on where they are.
  void keep_only(const std::unordered_set<std::uint64_t>& tier_keys);

 private:
  double next(Tier tier);
  std::function<std::uint64_t()> random_start_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
};

}  // namespace pointsman::routing
