// What is wrong with a template, before it is filled: tags and sections that don't end, partials
// that don't exist or include themselves, names that no data has. All of it, with file, line and
// column, and a suggestion where a known name is near.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/diagnostic.h"
#include "render/template_source.h"

namespace pointsman::render {

// `sample` has every name that templates can see, with one item in each list; what stands below
// a `metadata` may be anything.
void check_template(const TemplateSource& source, const nlohmann::ordered_json& sample,
                    Diagnostics& diagnostics);

}  // namespace pointsman::render
