#include "cli/render.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/write_file.h"
#include "cli/render_settings.h"
#include "cli/template_files.h"
#include "render/render.h"

namespace pointsman::cli {
namespace {

constexpr mode_t kReadableMode = 0644;
constexpr mode_t kSecretMode = 0640;  // HAProxy reads its files before it gives up root

render::Options make_options(const RenderOptions& given, const config::Settings& settings) {
  render::Options options = render_options(settings);
  if (given.chroot) options.chroot = *given.chroot;
  if (!given.agents.empty()) options.agents = given.agents;
  options.agent_ca = absolute_or_empty(given.agent_ca);
  options.agent_certificate = absolute_or_empty(given.agent_certificate);
  options.agent_name = given.agent_name;
  options.relay_folder = absolute_or_empty(given.relay_folder);
  if (!given.folder.empty()) render::place_files(absolute_path(given.folder), options);
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
  if (!given.bind.empty()) options.edge.binds = {given.bind};
  if (!given.tls_bind.empty()) options.edge.tls_binds = {given.tls_bind};
  options.show_decisions = given.demo;
  return options;
}

Outcome write_files(const render::RenderedFiles& files, const std::string& folder, mode_t mode) {
  for (const render::RenderedFile& file : files) {
    const std::filesystem::path path = std::filesystem::path(folder) / file.name;
    for (const std::string& needed : {folder, path.parent_path().string()}) {
      if (::mkdir(needed.c_str(), 0755) == 0 || errno == EEXIST) continue;
      return Error{fmt::format("{}: cannot make the folder: {}", needed, std::strerror(errno))};
    }
    if (Outcome written = write_file(path.string(), file.text, mode); !written) return written;
  }
  return Done{};
}

// A folder below stands for all that is in it.
void print_names(const render::RenderedFiles& files, const std::string& folder, Console& console) {
  std::set<std::string> named;
  for (const render::RenderedFile& file : files) {
    const std::filesystem::path path = std::filesystem::path(folder) / file.name;
    const bool is_below = file.name.find('/') != std::string::npos;
    const std::string name = is_below ? path.parent_path().string() + "/" : path.string();
    if (named.insert(name).second) console.out << printable(name) << '\n';
  }
}

// All that is rendered from.
struct Rendering {
  const RenderOptions& given;
  const routing::RouteTable* table;
  render::TemplateSource source;  // where a template is given

  Result<render::RenderedFiles> files(const render::Options& options) const {
    if (given.snippet) return render::render_snippet(*table, options);
    if (given.sections) return render::render_sections(*table, options);
    if (given.template_file.empty()) return render::render_complete(*table, options);
    return render::render_template(name_of_filled(given.template_file), source, *table, options);
  }
};

// Adds the secret of instance cookies where a gateway needs one.
Outcome add_instance_key(const RenderOptions& given, const Loaded& loaded, Console& console,
                         render::Options& options) {
  if (!needs_instance_key(*loaded.table)) return Done{};
  const std::string file = given.instance_key_file.empty() ? instance_key_file(loaded.settings)
                                                           : given.instance_key_file;
  auto key = instance_key(file);
  if (!key) return key.error();
  if (key->made) print_error(made_instance_key(file), console);
  options.instance_cookie_key = std::move(key->text);
  return Done{};
}

// False: errors are told, and nothing shall be written.
bool passes_haproxy(const Rendering& rendering, const render::Options& options, Console& console) {
  Diagnostics diagnostics;
  const WriteInto into_folder = [&](const std::string& folder) -> Result<render::RenderedFiles> {
    render::Options there = options;
    render::place_files(folder, there);
    auto files = rendering.files(there);
    if (!files) return files;
    if (auto written = write_files(*files, folder, 0600); !written) return written.error();
    return files;
  };
  const Outcome checked =
      check_by_haproxy(rendering.given.haproxy, into_folder, *rendering.table, diagnostics);
  diagnostics.sort_by_place();
  print_diagnostics(diagnostics, console);
  if (!checked) print_error(checked.error().message, console);
  return checked && !diagnostics.has_errors();
}

ExitCode fail(const Error& error, Console& console) {
  print_error(error.message, console);
  return kInvalid;
}

ExitCode print_data(const routing::RouteTable& table, const render::Options& options,
                    Console& console) {
  const auto text = render::data_text(table, options);
  if (!text) return fail(text.error(), console);
  console.out << *text;
  return kGood;
}

}  // namespace

ExitCode run_render(const RenderOptions& options, Console& console) {
  const auto binds = parse_port_binds(options.port_binds);
  if (!binds) {
    print_error("render: --port-bind " + binds.error().message, console);
    return kUsage;
  }
  Loaded loaded = load(options.sources, console);
  Rendering rendering{options, loaded.table.get(), {}};
  if (!options.template_file.empty()) {
    rendering.source = read_template(options.template_file, loaded.diagnostics);
    render::check_template(rendering.source, loaded.diagnostics);
  }
  print_diagnostics(loaded.diagnostics, console);
  if (loaded.diagnostics.has_errors()) return kInvalid;

  render::Options wanted = make_options(options, loaded.settings);
  wanted.port_binds = *binds;
  if (auto added = add_instance_key(options, loaded, console, wanted); !added) {
    return fail(added.error(), console);
  }
  if (options.data) return print_data(*loaded.table, wanted, console);
  if (options.check && !passes_haproxy(rendering, wanted, console)) return kInvalid;
  const auto files = rendering.files(wanted);
  if (!files) return fail(files.error(), console);
  if (options.folder.empty()) {
    console.out << files->front().text;
    return kGood;
  }
  const mode_t mode = wanted.instance_cookie_key.empty() ? kReadableMode : kSecretMode;
  if (auto written = write_files(*files, options.folder, mode); !written) {
    return fail(written.error(), console);
  }
  print_names(*files, options.folder, console);
  return kGood;
}

}  // namespace pointsman::cli
