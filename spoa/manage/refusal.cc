#include "manage/refusal.h"

#include <algorithm>
#include <filesystem>

#include "base/limits.h"
#include "render/haproxy_messages.h"

namespace pointsman::manage {
namespace {

std::string cut(const std::string& text) {
  if (text.size() <= limits::kRefusalBytes) return text;
  return text.substr(0, limits::kRefusalBytes) + "...";
}

}  // namespace

Refusal to_refusal(const Diagnostic& error) { return {error.gateway, cut(to_text(error))}; }

Refusal refuse(const routing::Gateway& gateway, const std::string& message) {
  return to_refusal({Severity::kError, gateway.spec.place, gateway.name, "", message});
}

std::vector<Refusal> find_refused(std::string_view messages, const std::string& path,
                                  std::string_view text, const routing::RouteTable& table) {
  Diagnostics diagnostics;
  const std::string shown = std::filesystem::path(path).filename().string();
  render::read_haproxy_messages(messages, {path, shown}, render::LineOwners(text, table),
                                diagnostics);
  std::vector<Refusal> refusals;
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.severity != Severity::kError || item.gateway.empty()) continue;
    const auto is_known = [&](const Refusal& known) { return known.gateway == item.gateway; };
    if (std::none_of(refusals.begin(), refusals.end(), is_known)) {
      refusals.push_back(to_refusal(item));
    }
  }
  return refusals;
}

std::string summary(std::string_view messages) { return cut(render::alerts_in(messages)); }

}  // namespace pointsman::manage
