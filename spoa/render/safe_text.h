// What may stand in a line of HAProxy configuration. HAProxy has no escaping that serves in every
// place, so text that could end a word, a line or an argument is refused, not quoted.
#pragma once

#include <string_view>

#include "base/result.h"

namespace pointsman::render {

// One word: not empty, no blank or control character, none of " ' \ # $ % ( ) , { }.
// `what` names it in the error.
Outcome check_word(std::string_view text, std::string_view what);

// Several words, as HAProxy's own arguments are: printable; no quote, \, # or $.
Outcome check_arguments(std::string_view text, std::string_view what);

// The path of a request, perhaps with a query: begins with /, no blank or control character, none
// of " ' \ # $.
Outcome check_path(std::string_view text, std::string_view what);

}  // namespace pointsman::render
