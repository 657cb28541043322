// Fills a template with data. {{x}} is escaped for HAProxy: whatever it holds, it is one word or a
// part of one, and never ends the line. {{{x}}} is as it is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "render/template_source.h"

namespace pointsman::render {

// The template is one that check_template has nothing against. What is empty, false or null is
// nothing: no text, no section. Runs of blank lines, which sections leave, become one.
Result<std::string> fill(const TemplateSource& source, const nlohmann::ordered_json& values);

// With a backslash before what HAProxy would take for more than a letter; control characters as
// \n, \r, \t and \xHH.
std::string escape_for_haproxy(const std::string& text);

}  // namespace pointsman::render
