// The text of templates: one that is filled, and what it may include by {{> name}}: the ones that
// are shipped, and those of the user's own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pointsman::render {

struct TemplateText {
  std::shared_ptr<const std::string> file;  // where it stands, for errors
  std::string text;
};

struct TemplateSource {
  TemplateText main;
  std::map<std::string, TemplateText> partials;  // of the user's own, by name

  // The user's own partial, or else the shipped one; null: there is none of this name. One line
  // break at its end is dropped, since the line that includes it has one.
  std::shared_ptr<const TemplateText> find_partial(const std::string& name) const;
  std::vector<std::string> partial_names() const;
};

// One that is compiled in; its partials are the shipped ones. It has to exist.
TemplateSource shipped_template(const std::string& name);

}  // namespace pointsman::render
