#include "cli/render.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/limits.h"
#include "base/random.h"
#include "base/write_file.h"
#include "cli/template_files.h"
#include "render/render.h"
#include "routing/token_view.h"

namespace pointsman::cli {
namespace {

constexpr mode_t kReadableMode = 0644;
constexpr mode_t kSecretMode = 0640;  // HAProxy reads its files before it gives up root

std::string absolute_path(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}

// Where HAProxy reaches a listener: one on all addresses is dialled on the loopback one; a relative
// path means this folder here and another one there.
std::string dial_address(ListenAddress address) {
  if (address.host == "::" || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.kind == ListenAddress::Kind::kUnix) {
    address.path = absolute_path(address.path);
  }
  return address.to_text();
}

// Listeners with TLS are for HAProxys elsewhere, which know them by other addresses.
void add_listeners(const std::vector<ListenAddress>& listeners, std::vector<std::string>& agents) {
  for (const ListenAddress& address : listeners) {
    if (!address.tls) agents.push_back(dial_address(address));
  }
}

std::string absolute_or_empty(const std::string& path) {
  return path.empty() ? path : absolute_path(path);
}

bool needs_instance_key(const routing::RouteTable& table) {
  for (const auto& gateway : table.gateways()) {
    if (gateway->sticky.by == routing::StickySpec::By::kInstance) return true;
  }
  return false;
}

// The key stays the same over renderings, so it has a file; made where there is none.
Result<std::string> instance_key(const std::string& path, Console& console) {
  std::ifstream file(path);
  std::string key;
  if (file >> key && !key.empty()) return key;
  if (::access(path.c_str(), F_OK) == 0) {
    return Error{path + ": wanted one word, the secret of the instance cookies"};
  }
  std::array<std::uint8_t, 24> secret{};
  fill_random(secret);
  key = routing::to_base64url(secret);
  if (const Outcome written = write_file(path, key + "\n", 0600); !written) return written.error();
  print_error(path + ": made a secret for instance cookies; give it to every HAProxy's renderer",
              console);
  return key;
}

Result<std::map<std::uint16_t, std::string>> parse_port_binds(
    const std::vector<std::string>& texts) {
  std::map<std::uint16_t, std::string> binds;
  for (const std::string& text : texts) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || port == 0 || stopped == end || *stopped != '=' ||
        stopped + 1 == end) {
      return Error{
          fmt::format("--port-bind '{}': wanted PORT=BIND, as 8080=127.0.0.1:18080", text)};
    }
    binds[port] = std::string(stopped + 1, end);
  }
  return binds;
}

void set_bridge(const RenderOptions& given, const config::Settings& settings,
                render::Options& options) {
  options.bridge = !given.no_bridge;
  options.table_file =
      absolute_path(given.table_file.empty() ? settings.state + "/table" : given.table_file);
  options.table_agents = given.table_agents;
  if (!options.table_agents.empty()) return;
  add_listeners(settings.table.listen, options.table_agents);
}

// Where the files lie that the configuration names.
void set_folder(const std::string& folder, render::Options& options) {
  options.spoe_file = absolute_path(folder + "/pointsman.spoe.cfg");
  options.whitelist_file = absolute_path(folder + "/pointsman.backends.map");
  options.bridge_file = absolute_path(folder + "/pointsman/pointsman.lua");
}

render::Edge edge_of(const config::EdgeSettings& settings) {
  render::Edge edge{settings.listen,
                    settings.tls_listen,
                    settings.certificates,
                    settings.redirect_to_https,
                    settings.hsts,
                    {},
                    {}};
  for (const IpNetwork& network : settings.proxy_protocol) {
    edge.proxy_protocol.push_back(network.to_text());
  }
  for (const IpNetwork& network : settings.trust_forwarded) {
    edge.trust_forwarded.push_back(network.to_text());
  }
  return edge;
}

render::Options make_options(const RenderOptions& given, const config::Settings& settings) {
  render::Options options;
  if (given.chroot) options.chroot = *given.chroot;
  options.agents = given.agents;
  if (options.agents.empty()) add_listeners(settings.spop.listen, options.agents);
  options.agent_ca = absolute_or_empty(given.agent_ca);
  options.agent_certificate = absolute_or_empty(given.agent_certificate);
  options.agent_name = given.agent_name;
  options.relay_folder = absolute_or_empty(given.relay_folder);
  options.headers = settings.spoe_headers;
  if (!given.folder.empty()) set_folder(given.folder, options);
  set_bridge(given, settings, options);
  if (!settings.dns.listen.empty()) options.nameserver = dial_address(settings.dns.listen.front());
  if (!given.nameserver.empty()) options.nameserver = given.nameserver;
  options.zone = given.zone.empty() ? settings.dns.zones.front() : given.zone;
  options.service_slots = given.service_slots;
  if (given.user) options.user = *given.user;
  if (given.group) options.group = *given.group;
  options.stats_socket = given.stats_socket;
  options.log_target = given.log_target;
  options.edge = edge_of(settings.edge);
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
  const std::string file = given.instance_key_file.empty() ? loaded.settings.state + "/instance.key"
                                                           : given.instance_key_file;
  auto key = instance_key(file, console);
  if (!key) return key.error();
  options.instance_cookie_key = std::move(*key);
  return Done{};
}

// False: errors are told, and nothing shall be written.
bool passes_haproxy(const Rendering& rendering, const render::Options& options, Console& console) {
  Diagnostics diagnostics;
  const WriteInto into_folder = [&](const std::string& folder) -> Result<render::RenderedFiles> {
    render::Options there = options;
    set_folder(folder, there);
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
    print_error("render: " + binds.error().message, console);
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
