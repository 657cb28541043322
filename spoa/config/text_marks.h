// Where the characters of a scalar stand in the file. YAML folds lines, takes indentation away and
// has escapes, so the text that a scalar means is not the text in the file. This walks both side by
// side and sets a mark wherever they part.
#pragma once

#include <string_view>
#include <vector>

#include "config/source_text.h"
#include "routing/route_spec.h"

namespace pointsman::config {

// `at`: the scalar's first character in the source, behind its quote, or its '|' or '>'. `text` is
// what the parser made of it; what comes after a spot that does not fit it gets no marks.
// At most limits::kTextMarks.
std::vector<routing::TextMark> text_marks(SourceText& source, std::size_t at,
                                          std::string_view text);

}  // namespace pointsman::config
