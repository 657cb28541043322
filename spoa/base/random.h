// The system's random source (getrandom). Used for key material and for the starting places of roll
// sequences; code that decides never calls it, rolls are injected there.
#pragma once

#include <cstdint>
#include <span>

namespace pointsman {

void fill_random(std::span<std::uint8_t> out);
std::uint64_t random_u64();

}  // namespace pointsman
