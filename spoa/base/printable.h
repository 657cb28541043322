// Text that nobody vouches for, as it is shown to people.
#pragma once

#include <string>
#include <string_view>

namespace pointsman {

// Control bytes as \xNN: text from files and arguments never drives the terminal or forges a line.
std::string printable(std::string_view text);

}  // namespace pointsman
