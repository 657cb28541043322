// Templates for the render tests, as if they had been read from files.
#pragma once

#include <memory>
#include <string>

#include "render/template_source.h"

namespace pointsman::test {

inline render::TemplateText template_text(const std::string& file, const std::string& text) {
  return {std::make_shared<const std::string>(file), text};
}

inline render::TemplateSource template_of(const std::string& text) {
  return {template_text("x.mustache", text), {}};
}

}  // namespace pointsman::test
