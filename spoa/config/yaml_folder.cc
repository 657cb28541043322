#include "config/yaml_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/file_text.h"
#include "base/limits.h"

namespace pointsman::config {
namespace {

namespace fs = std::filesystem;

bool is_yaml_file(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (name.starts_with('.') || !(name.ends_with(".yaml") || name.ends_with(".yml"))) return false;
  // A dangling link counts: reading it says what is wrong.
  std::error_code failure;
  return !entry.is_directory(failure);
}

}  // namespace

Result<std::vector<std::string>> find_yaml_files(const std::string& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return std::vector<std::string>{path};
  std::vector<std::string> names;
  fs::directory_iterator entry(path, failure);
  while (!failure && entry != fs::directory_iterator()) {
    if (is_yaml_file(*entry)) names.push_back(entry->path().filename().string());
    if (names.size() > limits::kGatewayFiles) {
      return Error{fmt::format("more than {} files", limits::kGatewayFiles)};
    }
    entry.increment(failure);
  }
  if (failure) return Error{failure.message()};
  std::sort(names.begin(), names.end());
  for (std::string& name : names) name = (fs::path(path) / name).string();
  return names;
}

std::optional<std::string> read_yaml_text(const std::string& path, Diagnostics& diagnostics,
                                          const IsUnfinished& is_unfinished) {
  const SourcePlace whole_file{std::make_shared<const std::string>(path), 0, 0};
  Result<std::string> text = read_file_text(path, limits::kYamlFileBytes);
  if (is_unfinished && is_unfinished(path)) {
    diagnostics.warning(whole_file, "", "",
                        "the file is being written; it counts when it is closed");
    return std::nullopt;
  }
  if (text) return std::move(*text);
  diagnostics.error(whole_file, "", "", text.error().message);
  return std::nullopt;
}

}  // namespace pointsman::config
