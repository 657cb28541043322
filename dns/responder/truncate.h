// Cuts a reply down to its header and question (RFC 1035 section 4.1): what says "ask by TCP".
#pragma once

#include <cstdint>
#include <span>

namespace pointsman::dns {

// Leaves header and question, if there is one, sets TC and clears the response code; returns the
// size. `reply` is a whole message with one question at most.
std::size_t truncate_reply(std::span<std::uint8_t> reply);

}  // namespace pointsman::dns
