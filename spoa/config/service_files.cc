#include "config/service_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace pointsman::config {

ServiceFile parse_service_file(const std::string& path, const std::string& text,
                               Diagnostics& diagnostics) {
  const Result<YamlFile, Diagnostic> yaml = parse_yaml(path, text);
  if (!yaml) {
    diagnostics.add(yaml.error());
    return {path, true, {}};
  }
  ServiceFile file{path, false, {}};
  for (const YamlDocument& document : yaml->documents) {
    const bool empty = document.root->kind == YamlNode::Kind::kNull;
    if (!empty) file.services.push_back(read_service(document, diagnostics, file.faulty));
  }
  return file;
}

std::vector<ServiceFile> read_service_files(const std::string& path, Diagnostics& diagnostics,
                                            const IsUnfinished& is_unfinished) {
  std::error_code failure;
  if (std::filesystem::symlink_status(path, failure).type() ==
      std::filesystem::file_type::not_found) {
    return {{path, true, {}}};
  }
  const auto paths = find_yaml_files(path);
  if (!paths) {
    diagnostics.error({std::make_shared<const std::string>(path), 0, 0}, "", "",
                      paths.error().message);
    return {{path, true, {}}};
  }
  std::vector<ServiceFile> files;
  for (const std::string& file : *paths) {
    const auto text = read_yaml_text(file, diagnostics, is_unfinished);
    files.push_back(text ? parse_service_file(file, *text, diagnostics)
                         : ServiceFile{file, true, {}});
  }
  return files;
}

ServiceStore::Load ServiceStore::load(const std::vector<ServiceFile>& files,
                                      Diagnostics& diagnostics) {
  std::set<std::string> present;
  std::vector<std::string> unlisted;  // folders, as prefixes
  for (const ServiceFile& file : files) {
    present.insert(file.path);
    if (file.faulty) unlisted.push_back(file.path + "/");
  }
  std::erase_if(good_, [&](const auto& known) {
    return !present.contains(known.first) &&
           std::none_of(unlisted.begin(), unlisted.end(),
                        [&](const std::string& folder) { return known.first.starts_with(folder); });
  });
  std::set<std::string> fresh;
  for (const ServiceFile& file : files) {
    if (file.faulty) continue;
    good_[file.path] = file.services;
    fresh.insert(file.path);
  }
  Load load;
  for (const auto& [path, services] : good_) {
    if (!fresh.contains(path)) load.held.push_back(path);
    for (const ServiceSpec& spec : services) {
      const auto [first, is_new] = load.services.try_emplace(spec.name, spec);
      if (is_new) continue;
      diagnostics.error(spec.place, "", "name",
                        fmt::format("there is another service of this name ({}:{})",
                                    *first->second.place.file, first->second.place.line));
    }
  }
  return load;
}

}  // namespace pointsman::config
