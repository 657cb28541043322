#include "render/template_source.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "render/templates.h"

namespace pointsman::render {
namespace {

// The others are parts of a configuration, for anybody's template.
constexpr std::array<std::string_view, 5> kWholeFiles{"complete", "sections", "snippet", "spoe",
                                                      "whitelist"};

bool is_shipped_partial(std::string_view name) {
  return find_template(name) &&
         std::find(kWholeFiles.begin(), kWholeFiles.end(), name) == kWholeFiles.end();
}

TemplateText shipped_text(std::string_view name) {
  const auto text = find_template(name);
  assert(text);
  return {std::make_shared<const std::string>("shipped template " + std::string(name)),
          std::string(*text)};
}

}  // namespace

std::shared_ptr<const TemplateText> TemplateSource::find_partial(const std::string& name) const {
  TemplateText found;
  const auto own = partials.find(name);
  if (own != partials.end()) {
    found = own->second;
  } else if (is_shipped_partial(name)) {
    found = shipped_text(name);
  } else {
    return nullptr;
  }
  if (found.text.ends_with('\n')) found.text.pop_back();
  return std::make_shared<const TemplateText>(std::move(found));
}

std::vector<std::string> TemplateSource::partial_names() const {
  std::vector<std::string> names;
  for (const std::string_view name : template_names()) {
    if (is_shipped_partial(name)) names.emplace_back(name);
  }
  for (const auto& [name, text] : partials) names.push_back(name);
  return names;
}

TemplateSource shipped_template(const std::string& name) { return {shipped_text(name), {}}; }

}  // namespace pointsman::render
