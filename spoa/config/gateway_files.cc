#include "config/gateway_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/file_text.h"
#include "base/limits.h"
#include "config/gateway_reader.h"
#include "config/yaml_reader.h"

namespace pointsman::config {
namespace {

namespace fs = std::filesystem;

GatewayFile unreadable_file(const std::string& path, const std::string& reason,
                            Diagnostics& diagnostics) {
  diagnostics.error({std::make_shared<const std::string>(path), 0, 0}, "", "", reason);
  return {path, true, {}};
}

bool is_gateway_file(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (name.starts_with('.') || !(name.ends_with(".yaml") || name.ends_with(".yml"))) return false;
  // A dangling link counts: reading it says what is wrong.
  std::error_code failure;
  return !entry.is_directory(failure);
}

}  // namespace

GatewayFile parse_gateway_file(const std::string& path, const std::string& text,
                               Diagnostics& diagnostics) {
  const Result<YamlFile, Diagnostic> yaml = parse_yaml(path, text);
  if (!yaml) {
    diagnostics.add(yaml.error());
    return {path, true, {}};
  }
  GatewayFile file{path, false, {}};
  for (const YamlDocument& document : yaml->documents) {
    const bool empty = document.root->kind == YamlNode::Kind::kNull;
    if (!empty) file.gateways.push_back(read_gateway(document, diagnostics));
  }
  return file;
}

GatewayFile read_gateway_file(const std::string& path, Diagnostics& diagnostics,
                              const IsUnfinished& is_unfinished) {
  const Result<std::string> text = read_file_text(path, limits::kYamlFileBytes);
  if (is_unfinished && is_unfinished(path)) {
    diagnostics.warning({std::make_shared<const std::string>(path), 0, 0}, "", "",
                        "the file is being written; it counts when it is closed");
    return {path, true, {}};
  }
  if (!text) return unreadable_file(path, text.error().message, diagnostics);
  return parse_gateway_file(path, *text, diagnostics);
}

std::vector<GatewayFile> read_gateway_files(const std::string& path, Diagnostics& diagnostics,
                                            const IsUnfinished& is_unfinished) {
  std::error_code failure;
  if (!fs::is_directory(path, failure))
    return {read_gateway_file(path, diagnostics, is_unfinished)};
  std::vector<std::string> names;
  fs::directory_iterator entry(path, failure);
  while (!failure && entry != fs::directory_iterator()) {
    if (is_gateway_file(*entry)) names.push_back(entry->path().filename().string());
    if (names.size() > limits::kGatewayFiles) {
      return {unreadable_file(path, fmt::format("more than {} files", limits::kGatewayFiles),
                              diagnostics)};
    }
    entry.increment(failure);
  }
  if (failure) return {unreadable_file(path, failure.message(), diagnostics)};
  std::sort(names.begin(), names.end());
  std::vector<GatewayFile> files;
  for (const std::string& name : names) {
    files.push_back(
        read_gateway_file((fs::path(path) / name).string(), diagnostics, is_unfinished));
  }
  return files;
}

}  // namespace pointsman::config
