// The weights of a gateway's routes, as written, turned into shares of 10,000. Percentages that are
// missing share what is left; relative weights are normalised by largest remainder. The rules stand
// in docs/decisions.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "routing/route_spec.h"

namespace pointsman::routing {

struct ShareError {
  std::size_t route = 0;  // index of the weight that the message is about
  std::string message;    // what was found, what was wanted
};

// One share for each weight, in their order. They sum to kWhole, or to 0 when all weights are 0 or
// there are none.
Result<std::vector<std::uint32_t>, ShareError> settle_shares(std::span<const WeightSpec> weights);

// "80 %", "33.33 %", "0.5 %": a share of 10,000 as people write it.
std::string percent_text(std::uint64_t share);

}  // namespace pointsman::routing
