// The tags of a Mustache template (mustache.5) with their places, which the library that fills
// templates does not tell. Reads by the same rules as it does: what is good here is good there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"

namespace pointsman::render {

struct TemplateTag {
  enum class Kind : unsigned char {
    kVariable,  // {{name}}, {{{name}}}, {{&name}}
    kSection,   // {{#name}}
    kInverted,  // {{^name}}
    kEnd,       // {{/name}}
    kPartial,   // {{>name}}
    kOther,     // a comment, or new delimiters
  };
  Kind kind = Kind::kVariable;
  std::string name;
  int line = 0;    // from 1
  int column = 0;  // from 1, in characters
};

// In the order of the text. The error is that of a tag that does not end, or of delimiters that are
// none; its place has no file.
Result<std::vector<TemplateTag>, Diagnostic> read_tags(std::string_view text);

}  // namespace pointsman::render
