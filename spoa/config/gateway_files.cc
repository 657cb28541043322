#include "config/gateway_files.h"

#include <filesystem>
#include <utility>

#include "config/gateway_reader.h"
#include "config/yaml_reader.h"

namespace pointsman::config {
namespace {

bool is_gone(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::symlink_status(path, ignored).type() ==
         std::filesystem::file_type::not_found;
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
  const auto text = read_yaml_text(path, diagnostics, is_unfinished);
  if (!text) return {path, true, {}};
  return parse_gateway_file(path, *text, diagnostics);
}

std::vector<GatewayFile> read_gateway_files(const std::string& path, Diagnostics& diagnostics,
                                            const IsUnfinished& is_unfinished) {
  const auto paths = find_yaml_files(path);
  if (!paths) {
    diagnostics.error({std::make_shared<const std::string>(path), 0, 0}, "", "",
                      paths.error().message);
    return {{path, true, {}}};
  }
  std::vector<GatewayFile> files;
  for (const std::string& file : *paths) {
    Diagnostics faults;
    GatewayFile read = read_gateway_file(file, faults, is_unfinished);
    if (file != path && is_gone(file)) continue;  // removed since it was listed
    diagnostics.append(faults);
    files.push_back(std::move(read));
  }
  return files;
}

}  // namespace pointsman::config
