#include "cli/agent.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "agent/agent_server.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/agent_registry.h"
#include "cli/agent_sources.h"
#include "cli/certificate_keeper.h"
#include "cli/load.h"
#include "cli/managed_haproxy.h"
#include "cli/paced_task.h"
#include "cli/reloader.h"
#include "cli/table_keeper.h"
#include "cli/version.h"
#include "cli/zone_keeper.h"
#include "net/event_loop.h"

namespace pointsman::cli {
namespace {

constexpr std::string_view kNoSettings =
    "agent: no settings: /etc/pointsman/pointsman.yaml does not exist. Name a file with -c FILE; "
    "`pointsman check --defaults` prints one to start from";

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    spdlog::warn("cannot raise the limit of open files: {}", std::strerror(errno));
  }
}

unsigned worker_count(const config::Settings& settings) {
  if (settings.spop.workers > 0) return settings.spop.workers;
  cpu_set_t processors;
  if (::sched_getaffinity(0, sizeof processors, &processors) == 0) {
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&processors)));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

std::string own_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : fmt::format("id {}", ::geteuid());
}

std::string owner_text(const struct stat& folder) {
  const passwd* user = ::getpwuid(folder.st_uid);
  const group* group_entry = ::getgrgid(folder.st_gid);
  return fmt::format("owner {}, group {}, mode {:04o}",
                     user != nullptr ? user->pw_name : std::to_string(folder.st_uid),
                     group_entry != nullptr ? group_entry->gr_name : std::to_string(folder.st_gid),
                     folder.st_mode & 07777U);
}

// What most likely keeps a file or socket from being made there; empty when nothing is in the way.
std::string folder_hint(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    return fmt::format("folder {}: {}; create it, owned by the user that runs the agent ({})",
                       folder, std::strerror(errno), own_name());
  }
  if (!S_ISDIR(status.st_mode)) return fmt::format("{} is not a folder", folder);
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return fmt::format("folder {} ({}) is not writable for the user that runs the agent ({})",
                       folder, owner_text(status), own_name());
  }
  return "";
}

Outcome fail(const std::string& message) {
  spdlog::error("{}", printable(message));
  return Error{message};
}

Outcome start_keys(AgentSources& sources, const std::string& path) {
  Outcome started = sources.start_keys();
  if (started) return started;
  const std::string hint = ::access(path.c_str(), F_OK) == 0 ? "" : folder_hint(path);
  return fail(started.error().message + (hint.empty() ? "" : "; " + hint));
}

void log_refused(const Error& error, const std::vector<ListenAddress>& addresses) {
  spdlog::error("{}", printable(error.message));
  for (const ListenAddress& address : addresses) {
    if (address.kind != ListenAddress::Kind::kUnix) continue;
    const std::string hint = folder_hint(address.path);
    if (!hint.empty()) spdlog::error("{}", printable(hint));
  }
}

std::unique_ptr<agent::AgentServer> start_server(const config::Settings& settings,
                                                 const AgentSources& sources) {
  agent::AgentServerOptions options;
  options.listen = settings.spop.listen;
  options.workers = worker_count(settings);
  options.message = settings.spop.message;
  if (settings.spop.max_frame_size > 0) options.max_frame_size = settings.spop.max_frame_size;
  options.socket_mode = settings.spop.socket_mode;
  options.socket_owner = settings.spop.socket_owner;
  auto server = agent::AgentServer::start(options, sources.table(), sources.keys());
  if (server) return std::move(*server);
  log_refused(server.error(), settings.spop.listen);
  return nullptr;
}

// How often replaced tables are looked at, while there are any.
constexpr std::chrono::seconds kSupersededCheck{1};

// Publishes for bridges and the file what AgentSources has read.
class TableOutlet {
 public:
  TableOutlet(net::EventLoop& loop, const config::Settings& settings, const AgentSources& sources)
      : sources_(sources),
        keeper_(settings),
        file_(loop, [this] { write_file(); }),
        news_(loop, [this] { log_news(); }) {}

  bool start(const config::Settings& settings) {
    const Outcome started = keeper_.start();
    if (!started) log_refused(started.error(), settings.table.listen);
    if (keeper_.server() != nullptr) news_.start(limits::kBridgePoke);
    return bool(started);
  }
  // Nothing before start(): an agent that does not come up leaves the other one's file alone.
  void publish() {
    if (!sources_.has_table()) return;
    keeper_.publish(sources_.table().current(), *sources_.keys().current());
    if (!file_.running()) file_.start(limits::kTableFileDelay);
  }
  std::uint64_t stop() {
    keeper_.write_file();
    if (keeper_.server() == nullptr) return 0;
    keeper_.server()->drain(limits::kBridgeDrain);
    return keeper_.server()->bridges().decided_total;
  }
  const agent::TableServer* server() const { return keeper_.server(); }

 private:
  void write_file() {
    keeper_.write_file();
    if (keeper_.file_is_behind()) file_.start(limits::kTableFileRetry);
  }
  void log_news() {
    keeper_.server()->log_news(std::chrono::steady_clock::now());
    news_.start(limits::kBridgePoke);
  }

  const AgentSources& sources_;
  TableKeeper keeper_;
  net::Timer file_;
  net::Timer news_;
};

std::string listed(const std::vector<ListenAddress>& addresses) {
  std::string text;
  for (const ListenAddress& address : addresses) {
    text += (text.empty() ? "" : ", ") + address.to_text() + (address.tls ? " (TLS)" : "");
  }
  return text;
}

void log_start(const agent::AgentServer& server, const agent::TableServer* table_server,
               const AgentSources& sources, const config::Settings& settings) {
  const auto table = sources.table().current();
  spdlog::info("pointsman {} serves SPOP on {} with {}; {} from {}, generation {}",
               program_version(), printable(listed(server.addresses())),
               counted(worker_count(settings), "worker"),
               counted(table->gateways().size(), "gateway"), printable(settings.gateways),
               table->generation());
  if (table_server != nullptr) {
    spdlog::info("bridges get the table on {}", printable(listed(table_server->addresses())));
  }
}

bool start_zones(ZoneKeeper& zones, const config::Settings& settings) {
  const Outcome started = zones.start();
  if (!started) log_refused(started.error(), settings.dns.listen);
  if (zones.responder() != nullptr) {
    spdlog::info("DNS is answered on {} for {}", printable(listed(zones.responder()->addresses())),
                 printable(fmt::format("{}", fmt::join(settings.dns.zones, ", "))));
  }
  return bool(started);
}

std::unique_ptr<AgentRegistry> start_registry(net::EventLoop& loop,
                                              const config::Settings& settings,
                                              const agent::AgentServer& server,
                                              const TableOutlet& outlet, const ZoneKeeper& zones,
                                              const AgentSources& sources) {
  std::vector<ListenAddress> listeners = server.addresses();
  if (zones.responder() != nullptr) {
    const auto more = zones.responder()->addresses();
    listeners.insert(listeners.end(), more.begin(), more.end());
  }
  if (outlet.server() != nullptr) {
    const auto more = outlet.server()->addresses();
    listeners.insert(listeners.end(), more.begin(), more.end());
  }
  auto registry = std::make_unique<AgentRegistry>(loop, settings, std::move(listeners));
  const Outcome started = registry->start(*sources.table().current());
  if (!started) {
    log_refused(started.error(), settings.admin.listen);
    return nullptr;
  }
  if (sources.has_table()) registry->set_ready();
  if (!registry->admin_addresses().empty()) {
    spdlog::info("services are registered on {}", printable(listed(registry->admin_addresses())));
  }
  return registry;
}

CertificateKeeper::Credentials all_credentials(const agent::AgentServer& server,
                                               const agent::TableServer* table_server) {
  CertificateKeeper::Credentials all = server.credentials();
  if (table_server == nullptr) return all;
  const auto more = table_server->credentials();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void drain(agent::AgentServer& server, ZoneKeeper& zones) {
  spdlog::info("draining: in-flight requests are answered, at most {} s",
               std::chrono::seconds(limits::kDrainTimeout).count());
  server.drain(limits::kDrainTimeout);
  zones.drain(limits::kDnsDrain);
}

void log_nothing_to_reopen() {
  spdlog::info("SIGUSR1: the log goes to standard error, there is no file to reopen");
}

void log_end(const agent::AgentServer& server, std::uint64_t by_bridges) {
  spdlog::info("stopped after {}{}", counted(server.counters().decisions, "decision"),
               by_bridges == 0 ? "" : fmt::format("; bridges decided {} more", by_bridges));
}

void update_haproxy(ManagedHaproxy* haproxy, const AgentSources& sources) {
  if (haproxy == nullptr || !sources.has_table()) return;
  haproxy->update(sources.table().current(), sources.remembered());
}

std::unique_ptr<ManagedHaproxy> start_haproxy(net::EventLoop& loop,
                                              const config::Settings& settings,
                                              const AgentSources& sources) {
  auto haproxy = ManagedHaproxy::start(loop, settings);
  update_haproxy(haproxy.get(), sources);
  return haproxy;
}

ExitCode serve(const config::Settings& settings) {
  net::EventLoop loop;
  std::optional<net::SignalWatch> terminate(std::in_place, loop, SIGTERM, [&] { loop.stop(); });
  std::optional<net::SignalWatch> interrupt(std::in_place, loop, SIGINT, [&] { loop.stop(); });
  AgentSources sources(settings);
  TableOutlet outlet(loop, settings, sources);
  std::optional<Reloader> keys;  // both are there before the loop runs
  std::optional<Reloader> gateways;
  ZoneKeeper zones(settings);
  std::unique_ptr<AgentRegistry> registry;
  std::unique_ptr<ManagedHaproxy> haproxy;  // null: it is not managed
  std::optional<CertificateKeeper> certificates;
  PacedTask update_zones(
      loop, [&] { zones.update(*registry->revisions().current(), *sources.table().current()); });
  loop.on_wake([&] { update_zones.want(); });
  bool published = false;
  const net::SignalWatch hang_up(loop, SIGHUP, [&] {
    spdlog::info("SIGHUP: reloading");
    keys->reload_now([&](const config::IsUnfinished& is_unfinished) {
      if (sources.reload_keys(is_unfinished)) outlet.publish();
    });
    gateways->reload_now();
    registry->reload_now();
    certificates->reload_now();
    if (haproxy != nullptr) haproxy->reload_now();
    if (!published) spdlog::info("no gateway changed");
  });
  const net::SignalWatch user_1(loop, SIGUSR1, log_nothing_to_reopen);
  raise_descriptor_limit();
  sources.remember_table();
  if (!start_keys(sources, settings.sticky_keys)) return kInvalid;
  // Watched from before the first read, so that no change falls between the two.
  keys.emplace(loop, settings.sticky_keys, [&](const config::IsUnfinished& is_unfinished) {
    if (sources.reload_keys_if_changed(is_unfinished)) outlet.publish();
  });
  net::Timer superseded(loop, [&] {
    if (sources.free_superseded()) superseded.start(kSupersededCheck);
  });
  gateways.emplace(loop, settings.gateways, [&](const config::IsUnfinished& is_unfinished) {
    published = sources.reload_gateways(is_unfinished);
    if (published) superseded.start(kSupersededCheck);
    if (!published || registry == nullptr) return;  // it does not serve yet
    outlet.publish();
    registry->take_gateways(*sources.table().current());
    update_zones.want();
    update_haproxy(haproxy.get(), sources);
    if (sources.has_table()) registry->set_ready();
  });
  gateways->reload_now();
  const auto server = start_server(settings, sources);
  if (server == nullptr || !outlet.start(settings)) return kInvalid;
  if (!start_zones(zones, settings)) return kInvalid;
  registry = start_registry(loop, settings, *server, outlet, zones, sources);
  if (registry == nullptr) return kInvalid;
  certificates.emplace(loop, all_credentials(*server, outlet.server()));
  update_zones.want();
  outlet.publish();
  log_start(*server, outlet.server(), sources, settings);
  haproxy = start_haproxy(loop, settings, sources);
  loop.run();
  // From here a second signal ends the process at once, by the system's default.
  terminate.reset();
  interrupt.reset();
  if (haproxy != nullptr) haproxy->stop();  // its thread ends while requests are answered
  drain(*server, zones);
  haproxy.reset();
  registry.reset();
  log_end(*server, outlet.stop());
  return kGood;
}

}  // namespace

ExitCode run_agent(const AgentOptions& options, Console& console) {
  if (options.settings.empty() && ::access(kDefaultSettingsFile, F_OK) != 0) {
    print_error(kNoSettings, console);
    return kInvalid;
  }
  Diagnostics diagnostics;
  const config::Settings settings =
      config::read_settings(options.settings.empty() ? kDefaultSettingsFile : options.settings,
                            config::process_environment(), diagnostics);
  if (!diagnostics.has_errors()) check_certificates(settings, unix_now(), diagnostics);
  diagnostics.sort_by_place();
  print_diagnostics(diagnostics, console);
  if (diagnostics.has_errors()) return kInvalid;
  std::signal(SIGPIPE, SIG_IGN);
  set_up_log(settings.log_level, settings.log_format);
  return serve(settings);
}

}  // namespace pointsman::cli
