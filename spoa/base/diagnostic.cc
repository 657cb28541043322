#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace pointsman {
namespace {

std::string_view file_name(const SourcePlace& place) {
  return place.file ? std::string_view(*place.file) : std::string_view();
}

}  // namespace

std::string_view to_text(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

std::string to_text(const Diagnostic& diagnostic) {
  std::string text;
  const SourcePlace& place = diagnostic.place;
  if (place.file) {
    text = place.line > 0 ? fmt::format("{}:{}:{}: ", *place.file, place.line, place.column)
                          : fmt::format("{}: ", *place.file);
  }
  if (diagnostic.severity != Severity::kError) {
    text += to_text(diagnostic.severity);
    text += ": ";
  }
  if (!diagnostic.key.empty()) text += diagnostic.key + ": ";
  return text + diagnostic.message;
}

void Diagnostics::error(SourcePlace place, std::string gateway, std::string key,
                        std::string message) {
  add({Severity::kError, std::move(place), std::move(gateway), std::move(key), std::move(message)});
}

void Diagnostics::warning(SourcePlace place, std::string gateway, std::string key,
                          std::string message) {
  add({Severity::kWarning, std::move(place), std::move(gateway), std::move(key),
       std::move(message)});
}

void Diagnostics::note(SourcePlace place, std::string gateway, std::string key,
                       std::string message) {
  add({Severity::kNote, std::move(place), std::move(gateway), std::move(key), std::move(message)});
}

void Diagnostics::append(const Diagnostics& other) {
  items_.insert(items_.end(), other.items_.begin(), other.items_.end());
}

std::size_t Diagnostics::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(),
                    [severity](const Diagnostic& item) { return item.severity == severity; }));
}

void Diagnostics::sort_by_place() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::make_tuple(file_name(a.place), a.place.line, a.place.column) <
           std::make_tuple(file_name(b.place), b.place.line, b.place.column);
  });
}

}  // namespace pointsman
