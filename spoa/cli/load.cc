#include "cli/load.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "base/limits.h"
#include "config/gateway_store.h"

namespace pointsman::cli {
namespace {

SourcePlace whole_file(const std::string& path) {
  return {std::make_shared<const std::string>(path), 0, 0};
}

// One byte more than the limit is enough for the parser to see that it is exceeded.
std::string read_all(std::istream& in) {
  std::string text;
  char block[65536];
  while (text.size() <= limits::kYamlFileBytes && in) {
    in.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

std::vector<config::GatewayFile> read_gateways(const std::vector<std::string>& paths,
                                               Console& console, Diagnostics& diagnostics) {
  std::vector<config::GatewayFile> files;
  for (const std::string& path : paths) {
    const std::size_t errors = diagnostics.count(Severity::kError);
    const std::size_t files_before = files.size();
    if (path == "-") {
      files.push_back(config::parse_gateway_file("<stdin>", read_all(console.in), diagnostics));
    } else {
      std::vector<config::GatewayFile> found = config::read_gateway_files(path, diagnostics);
      std::move(found.begin(), found.end(), std::back_inserter(files));
    }
    bool empty = true;
    for (std::size_t i = files_before; i < files.size(); ++i) {
      empty = empty && files[i].gateways.empty();
    }
    if (empty && diagnostics.count(Severity::kError) == errors) {
      diagnostics.warning(whole_file(path == "-" ? "<stdin>" : path), "", "",
                          "no gateway found here");
    }
  }
  return files;
}

}  // namespace

config::Settings load_settings(const std::string& file, Diagnostics& diagnostics) {
  std::string path = file;
  if (path.empty() && ::access(kDefaultSettingsFile, F_OK) == 0) {
    path = kDefaultSettingsFile;
    if (::access(kDefaultSettingsFile, R_OK) != 0) {
      // Who only looks at a gateway file need not be allowed to read the agent's settings.
      const std::string reason = std::strerror(errno);
      diagnostics.note(whole_file(path), "", "", reason + "; the defaults are used instead");
      path.clear();
    }
  }
  if (path.empty()) {
    return config::parse_settings("", "", config::process_environment(), diagnostics);
  }
  return config::read_settings(path, config::process_environment(), diagnostics);
}

Loaded load(const Sources& sources, Console& console) {
  Loaded loaded;
  loaded.settings = load_settings(sources.settings, loaded.diagnostics);
  loaded.settings_usable = !loaded.diagnostics.has_errors();
  std::vector<std::string> paths = sources.gateways;
  if (paths.empty() && loaded.settings_usable) paths.push_back(loaded.settings.gateways);
  if (!paths.empty()) {
    const auto files = read_gateways(paths, console, loaded.diagnostics);
    const config::Settings usable = loaded.settings_usable ? loaded.settings : config::Settings();
    config::GatewayStore store(usable.virtual_host_domain, usable.spoe_headers);
    config::Load result = store.load(files, loaded.diagnostics);
    loaded.table = std::move(result.table);
    loaded.faulty = std::move(result.missing);
  }
  loaded.diagnostics.sort_by_place();
  return loaded;
}

}  // namespace pointsman::cli
