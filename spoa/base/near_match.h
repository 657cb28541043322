// "Did you mean …": the nearest of a list of known words, by edit distance with transpositions.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace pointsman {

// Null when none is near enough: at most 2 edits, and fewer than half of the word's letters.
std::optional<std::string_view> near_match(std::string_view word,
                                           std::span<const std::string_view> known);

}  // namespace pointsman
