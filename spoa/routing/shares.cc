#include "routing/shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace pointsman::routing {
namespace {

using Form = WeightSpec::Form;
using Shares = Result<std::vector<std::uint32_t>, ShareError>;

// Up to this many routes without a weight share in whole percents, so that people see round
// numbers.
constexpr std::size_t kRoutesInWholePercents = 10;
constexpr std::uint32_t kOnePercent = kWhole / 100;

std::optional<std::size_t> first_of(std::span<const WeightSpec> weights, Form form) {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [&](const WeightSpec& weight) { return weight.form == form; });
  if (found == weights.end()) return std::nullopt;
  return static_cast<std::size_t>(found - weights.begin());
}

std::size_t count_of(std::span<const WeightSpec> weights, Form form) {
  return static_cast<std::size_t>(
      std::count_if(weights.begin(), weights.end(),
                    [&](const WeightSpec& weight) { return weight.form == form; }));
}

std::string wrong_sum(std::uint64_t sum, std::size_t missing) {
  std::string message = "the weights given sum to " + percent_text(sum) + ", they must sum to ";
  if (missing == 0) return message + "100 %, or all be 0 %";
  return message + "0 % or 100 %: " + std::to_string(missing) +
         (missing == 1 ? " route has no weight and gets" : " routes have no weight and share") +
         " what is left";
}

Shares percent_shares(std::span<const WeightSpec> weights) {
  std::uint64_t sum = 0;
  std::size_t last_given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].form != Form::kPercent) continue;
    sum += weights[i].share;
    last_given = i;
  }
  const std::size_t missing = count_of(weights, Form::kMissing);
  if (sum != 0 && sum != kWhole) return ShareError{last_given, wrong_sum(sum, missing)};

  const std::uint32_t left = kWhole - static_cast<std::uint32_t>(sum);
  const std::uint32_t step = missing > kRoutesInWholePercents ? 1 : kOnePercent;
  const std::uint32_t each =
      missing == 0 ? 0 : left / step / static_cast<std::uint32_t>(missing) * step;
  std::vector<std::uint32_t> shares;
  shares.reserve(weights.size());
  std::size_t unfilled = missing;
  for (const WeightSpec& weight : weights) {
    if (weight.form == Form::kPercent) {
      shares.push_back(weight.share);
    } else if (--unfilled > 0) {
      shares.push_back(each);
    } else {
      shares.push_back(left - each * static_cast<std::uint32_t>(missing - 1));
    }
  }
  return shares;
}

// Largest remainder; of equal remainders the earlier route's. fmod is exact, so that weights which
// are whole numbers tie where they tie on paper.
Shares relative_shares(std::span<const WeightSpec> weights) {
  double largest = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].form == Form::kMissing) {
      return ShareError{i, "has no weight, but other routes of the gateway have relative ones"};
    }
    if (!(weights[i].relative >= 0) || std::isinf(weights[i].relative)) {
      return ShareError{i, "a relative weight is a number from 0 on"};
    }
    largest = std::max(largest, weights[i].relative);
  }
  std::vector<std::uint32_t> shares(weights.size(), 0);
  if (largest == 0) return shares;

  // Scaled by a power of two, which loses nothing, so that no sum overflows.
  const int exponent = std::max(0, std::ilogb(largest) - 900);
  const auto scaled = [&](std::size_t i) { return std::ldexp(weights[i].relative, -exponent); };
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += scaled(i);

  std::vector<double> remainders(weights.size());
  std::uint32_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double whole = scaled(i) * kWhole;
    remainders[i] = std::fmod(whole, sum);
    shares[i] = static_cast<std::uint32_t>(std::llround((whole - remainders[i]) / sum));
    given += shares[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < kWhole; ++i, ++given) ++shares[order[i]];
  return shares;
}

}  // namespace

Shares settle_shares(std::span<const WeightSpec> weights) {
  if (weights.empty()) return std::vector<std::uint32_t>{};
  const auto percent = first_of(weights, Form::kPercent);
  const auto relative = first_of(weights, Form::kRelative);
  if (percent && relative) {
    return ShareError{std::max(*percent, *relative),
                      "the gateway mixes percentages (80%) and relative weights (4); use one form"};
  }
  return relative ? relative_shares(weights) : percent_shares(weights);
}

std::string percent_text(std::uint64_t share) {
  std::string text = std::to_string(share / 100);
  if (const std::uint64_t rest = share % 100; rest != 0) {
    text += '.';
    text += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  }
  return text + " %";
}

}  // namespace pointsman::routing
