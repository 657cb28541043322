#include "manage/configuration.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <utility>

namespace pointsman::manage {
namespace {

constexpr std::size_t kHashDigits = 16;

// Names and texts with their lengths, so that no two sets of files run into one text.
std::string folder_name(const render::RenderedFiles& files) {
  std::string all;
  for (std::size_t i = 1; i < files.size(); ++i) {
    all += fmt::format("{}:{}{}:{}", files[i].name.size(), files[i].name, files[i].text.size(),
                       files[i].text);
  }
  return fmt::format("{}{:016x}", kPartsPrefix, XXH64(all.data(), all.size(), 0));
}

}  // namespace

Result<Configuration> render_configuration(const Render& render, const routing::RouteTable& table,
                                           render::Options options, const std::string& path) {
  // Parts name each other by their paths, so their hash is that of parts in a fixed folder.
  render::place_files(path + "/" + kPartsPrefix, options);
  auto files = render(table, options);
  if (!files) return files.error();
  Configuration configuration;
  configuration.folder = folder_name(*files);
  render::place_files(path + "/" + configuration.folder, options);
  files = render(table, options);
  if (!files) return files.error();
  configuration.text = kOwnLine + files->front().text;
  files->erase(files->begin());
  configuration.parts = std::move(*files);
  return configuration;
}

std::set<std::string> parts_folders_in(std::string_view text) {
  const std::string_view prefix = kPartsPrefix;
  std::set<std::string> folders;
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    const std::string_view name = text.substr(at, prefix.size() + kHashDigits);
    const std::string_view digits = name.substr(prefix.size());
    if (digits.size() == kHashDigits &&
        digits.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
      folders.emplace(name);
    }
  }
  return folders;
}

}  // namespace pointsman::manage
