#include "cli/render.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/write_file.h"
#include "cli/render_settings.h"
#include "render/render.h"

namespace pointsman::cli {
namespace {

constexpr mode_t kReadableMode = 0644;
constexpr mode_t kSecretMode = 0640;  // HAProxy reads its files before it gives up root

render::Options make_options(const RenderOptions& given, const config::Settings& settings) {
  render::Options options = render_options(settings);
  if (given.chroot) options.chroot = *given.chroot;
  if (!given.agents.empty()) options.agents = given.agents;
  if (!given.folder.empty()) place_files(given.folder, options);
  options.bridge = !given.no_bridge;
  if (!given.table_file.empty()) options.table_file = absolute_path(given.table_file);
  if (!given.table_agents.empty()) options.table_agents = given.table_agents;
  if (!given.nameserver.empty()) options.nameserver = given.nameserver;
  if (!given.zone.empty()) options.zone = given.zone;
  options.service_slots = given.service_slots;
  if (given.user) options.user = *given.user;
  if (given.group) options.group = *given.group;
  options.stats_socket = given.stats_socket;
  options.log_target = given.log_target;
  if (!given.bind.empty()) options.virtual_host_bind = given.bind;
  options.show_decisions = given.demo;
  return options;
}

// Names each file that it wrote, but of files in a folder below only the folder.
ExitCode write_files(const render::RenderedFiles& files, const std::string& folder, mode_t mode,
                     Console& console) {
  std::set<std::string> named;
  for (const render::RenderedFile& file : files) {
    const std::filesystem::path path = std::filesystem::path(folder) / file.name;
    const std::string parent = path.parent_path().string();
    for (const std::string& needed : {folder, parent}) {
      if (::mkdir(needed.c_str(), 0755) == 0 || errno == EEXIST) continue;
      print_error(fmt::format("{}: cannot make the folder: {}", needed, std::strerror(errno)),
                  console);
      return kInvalid;
    }
    if (const Outcome written = write_file(path.string(), file.text, mode); !written) {
      print_error(written.error().message, console);
      return kInvalid;
    }
    const bool is_below = file.name.find('/') != std::string::npos;
    const std::string name = is_below ? parent + "/" : path.string();
    if (named.insert(name).second) console.out << printable(name) << '\n';
  }
  return kGood;
}

}  // namespace

ExitCode run_render(const RenderOptions& options, Console& console) {
  const auto binds = parse_port_binds(options.port_binds);
  if (!binds) {
    print_error("render: --port-bind " + binds.error().message, console);
    return kUsage;
  }
  const Loaded loaded = load(options.sources, console);
  print_diagnostics(loaded.diagnostics, console);
  if (loaded.diagnostics.has_errors()) return kInvalid;

  render::Options wanted = make_options(options, loaded.settings);
  wanted.port_binds = *binds;
  if (needs_instance_key(*loaded.table)) {
    const std::string file = options.instance_key_file.empty() ? instance_key_file(loaded.settings)
                                                               : options.instance_key_file;
    auto key = instance_key(file);
    if (!key) {
      print_error(key.error().message, console);
      return kInvalid;
    }
    if (key->made) print_error(made_instance_key(file), console);
    wanted.instance_cookie_key = std::move(key->text);
  }
  const auto files = options.snippet ? render::render_snippet(*loaded.table, wanted)
                                     : render::render_complete(*loaded.table, wanted);
  if (!files) {
    print_error(files.error().message, console);
    return kInvalid;
  }
  if (options.folder.empty()) {
    console.out << files->front().text;
    return kGood;
  }
  const mode_t mode = wanted.instance_cookie_key.empty() ? kReadableMode : kSecretMode;
  return write_files(*files, options.folder, mode, console);
}

}  // namespace pointsman::cli
