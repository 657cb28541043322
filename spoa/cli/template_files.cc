#include "cli/template_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/file_text.h"
#include "base/limits.h"

namespace pointsman::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".mustache";

render::TemplateText read_one(const fs::path& path, Diagnostics& diagnostics) {
  const auto file = std::make_shared<const std::string>(path.string());
  auto text = read_file_text(path.string(), limits::kTemplateBytes);
  if (!text) diagnostics.error({file, 0, 0}, "", "", text.error().message);
  return {file, text ? std::move(*text) : ""};
}

// In name order, so that faults are told in the same order everywhere.
std::vector<fs::path> partials_beside(const fs::path& path) {
  std::vector<fs::path> found;
  std::error_code fault;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const fs::path& beside = entry->path();
    if (beside.extension() == kEnding && beside.filename() != path.filename()) {
      found.push_back(path.has_parent_path() ? beside : beside.filename());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

render::TemplateSource read_template(const std::string& path, Diagnostics& diagnostics) {
  render::TemplateSource source;
  source.main = read_one(path, diagnostics);
  const std::vector<fs::path> partials = partials_beside(path);
  if (partials.size() > limits::kTemplatePartials) {
    diagnostics.error({source.main.file, 0, 0}, "", "",
                      "there are " + std::to_string(partials.size()) +
                          " templates beside this one, at most " +
                          std::to_string(limits::kTemplatePartials) + " are read");
    return source;
  }
  for (const fs::path& partial : partials) {
    source.partials.emplace(partial.stem().string(), read_one(partial, diagnostics));
  }
  return source;
}

std::string name_of_filled(const std::string& path) {
  const fs::path file(path);
  return file.extension() == kEnding && !file.stem().empty() ? file.stem().string() : "haproxy.cfg";
}

}  // namespace pointsman::cli
