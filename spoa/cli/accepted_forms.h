// Forms of gateways as a text, and back: managed mode keeps those that HAProxy took, so that an
// agent that starts anew knows them. It is the gateways' own YAML, document by document.
#pragma once

#include <string>

#include "manage/selection.h"

namespace pointsman::cli {

std::string forms_text(const manage::Forms& forms);
// What can't be read is left out.
manage::Forms parse_forms(const std::string& text);

}  // namespace pointsman::cli
