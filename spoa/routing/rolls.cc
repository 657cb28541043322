#include "routing/rolls.h"

#include <utility>

#include "routing/route_spec.h"

namespace pointsman::routing {
namespace {

// Prime to 10,000, so that a period visits each step once. Chosen because any number of consecutive
// rolls, and those of every 2nd to 16th request, stay near the shares; the figures are in
// docs/adr/0003-sequence-rolls.md.
constexpr std::uint32_t kStride = 1089;

}  // namespace

SequenceRolls::SequenceRolls(std::function<std::uint64_t()> random_start)
    : random_start_(std::move(random_start)) {}

double SequenceRolls::next(Tier tier) {
  const auto [entry, is_new] = index_.try_emplace(tier.key, 0);
  std::uint32_t& index = entry->second;
  if (is_new) index = static_cast<std::uint32_t>(random_start_() % kWhole);
  const std::uint32_t step = index * kStride % kWhole;
  index = (index + 1) % kWhole;
  return step / static_cast<double>(kWhole);
}

void SequenceRolls::keep_only(const std::unordered_set<std::uint64_t>& tier_keys) {
  std::erase_if(index_, [&](const auto& entry) { return !tier_keys.contains(entry.first); });
}

}  // namespace pointsman::routing
