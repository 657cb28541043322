// Reads a template of the user's, and the partials beside it.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "render/template_source.h"

namespace pointsman::cli {

// `NAME.mustache` beside the file is the partial NAME. Faults go to `diagnostics`.
render::TemplateSource read_template(const std::string& path, Diagnostics& diagnostics);

// What is filled in goes to a file of the template's name without `.mustache`; one that has no such
// ending becomes haproxy.cfg.
std::string name_of_filled(const std::string& path);

}  // namespace pointsman::cli
