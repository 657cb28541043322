// Any text is a template of a user's. Faults point into it; what has none is filled, whatever
// partials of ours it includes, and no escaped value ends a line.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "render/template_check.h"
#include "render/template_data.h"
#include "render/template_fill.h"
#include "require.h"

using namespace pointsman;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nlohmann::ordered_json sample = render::sample_data();
  static const auto file = std::make_shared<const std::string>("fuzz.mustache");
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  const render::TemplateSource source{{file, text}, {}};
  Diagnostics diagnostics;
  render::check_template(source, sample, diagnostics);
  for (const Diagnostic& item : diagnostics.items()) {
    const bool is_ours = *item.place.file == *file;  // not a partial that is shipped
    require(item.place.line >= 1 && item.place.column >= 1);
    require(!is_ours || item.place.line <= lines);
  }
  if (!diagnostics.has_errors()) require(static_cast<bool>(render::fill(source, sample)));
  require(render::escape_for_haproxy(text).find('\n') == std::string::npos);
  return 0;
}
