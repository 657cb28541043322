// The algorithm by which HAProxy chooses a server of a route's backend, as written after `balance`.
// Only its shape is checked, as versions of HAProxy have different algorithms and arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pointsman::routing {

// An algorithm, perhaps with an argument in parentheses, and more arguments after blanks.
std::optional<std::string> fault_in_balance(std::string_view balance);

// For a warning: that no algorithm of this name is known. Null where one is.
std::optional<std::string> doubt_about_balance(std::string_view balance);

}  // namespace pointsman::routing
