#include "cli/registry_keeper.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "base/file_text.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/write_file.h"
#include "cli/console.h"
#include "cli/paced_task.h"
#include "registry/stored_registry.h"

namespace pointsman::cli {
namespace {

using registry::Notice;
using std::chrono::steady_clock;

constexpr mode_t kFileMode = 0640;

// Whether b comes after a, as numbers of DNS zones do (RFC 1982 section 3.2).
bool comes_after(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(b - a) > 0; }

// A file that can't be taken is put aside, so that what it held is not lost by our next write.
std::optional<registry::StoredRegistry> read_stored(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0 && errno == ENOENT) return std::nullopt;
  const auto text = read_file_text(path, limits::kRegistryFileBytes);
  std::string fault = text ? "" : text.error().message;
  if (text) {
    auto stored = registry::parse_stored_registry(*text);
    if (stored) return std::move(*stored);
    fault = stored.error().message;
  }
  const std::string aside = path + ".faulty";
  const bool moved = std::rename(path.c_str(), aside.c_str()) == 0;
  spdlog::error("{}: {}; registrations of before are not known{}", printable(path),
                printable(fault), moved ? ", the file is kept as " + printable(aside) : "");
  return std::nullopt;
}

// Numbers rise over restarts, even where the file is lost: by the clock, if need be.
std::uint32_t first_number(const std::optional<registry::StoredRegistry>& stored) {
  const auto by_clock = static_cast<std::uint32_t>(unix_now());
  return stored && comes_after(by_clock, stored->number) ? stored->number : by_clock;
}

std::vector<IpAddress> addresses_of_this_machine() {
  std::vector<IpAddress> addresses;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return addresses;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    Bytes bytes;
    if (each->ifa_addr->sa_family == AF_INET) {
      const auto& v4 = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
      bytes = {reinterpret_cast<const std::uint8_t*>(&v4), sizeof v4};
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
      bytes = {reinterpret_cast<const std::uint8_t*>(&v6), sizeof v6};
    }
    if (const auto address = IpAddress::from_bytes(bytes)) addresses.push_back(*address);
  }
  ::freeifaddrs(all);
  return addresses;
}

void log_notices(const std::vector<Notice>& notices, std::chrono::seconds keep_last) {
  std::size_t shown = 0;
  for (const Notice& notice : notices) {
    if (++shown > limits::kDiagnosticsShown) {
      spdlog::warn("... and {} more services", notices.size() - limits::kDiagnosticsShown);
      return;
    }
    if (notice.kind == Notice::Kind::kHeld) {
      spdlog::warn(
          "service {}: {} lost by source {}: held for {} s, unless they come back or the "
          "loss is confirmed",
          notice.service, counted(notice.instances, "instance"), registry::to_text(notice.source),
          keep_last.count());
    } else {
      spdlog::warn("service {}: {} of source {} let go, which did not come back", notice.service,
                   counted(notice.instances, "instance"), registry::to_text(notice.source));
    }
  }
}

}  // namespace

std::string registry_file(const config::Settings& settings) {
  return (std::filesystem::path(settings.state) / "registry.json").string();
}

RegistryKeeper::RegistryKeeper(const config::Settings& settings, std::function<void()> on_publish)
    : RegistryKeeper(settings, std::move(on_publish), read_stored(registry_file(settings))) {}

RegistryKeeper::RegistryKeeper(const config::Settings& settings, std::function<void()> on_publish,
                               const std::optional<registry::StoredRegistry>& stored)
    : path_(registry_file(settings)),
      keep_last_(settings.registry_keep_last),
      on_publish_(std::move(on_publish)),
      registry_(first_number(stored), settings.registry_keep_last) {
  if (stored && !stored->instances.empty()) {
    registry_.restore(*stored, steady_clock::now());
    spdlog::info("{}: {} of before", printable(path_),
                 counted(stored->instances.size(), "registered instance"));
  }
  revisions_.publish(registry_.revision());
  file_is_stale_ = true;
  keeper_ = std::thread([this] { keep(); });
  file_keeper_ = std::thread([this] { keep_file(); });
}

RegistryKeeper::~RegistryKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  stale_.notify_all();
  keeper_.join();
  file_keeper_.join();
}

void RegistryKeeper::keep() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto start = steady_clock::now();
    registry_.expire(start);
    const std::vector<Notice> notices = registry_.take_notices();
    if (registry_.changed()) publish();
    if (!notices.empty()) {
      lock.unlock();
      log_notices(notices, keep_last_);
      lock.lock();
    }
    // Not at once for each of many changes that come together.
    const auto rest = rest_after(steady_clock::now() - start);
    changed_.wait_for(lock, rest, [this] { return stopping_; });
    const auto is_due = [this] {
      return stopping_ || registry_.changed() || registry_.next_due() <= steady_clock::now();
    };
    while (!is_due()) {
      if (registry_.next_due() == registry::kNever) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, registry_.next_due());
      }
    }
  }
}

void RegistryKeeper::publish() {
  file_is_stale_ = true;
  stale_.notify_all();
  const auto before = revisions_.current();
  auto revision = registry_.revision();
  if (revision == before) return;
  revisions_.publish(std::move(revision));
  if (on_publish_) on_publish_();
}

void RegistryKeeper::publish_now() {
  const std::lock_guard lock(mutex_);
  if (registry_.changed()) publish();
}

void RegistryKeeper::keep_file() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    stale_.wait(lock, [this] { return stopping_ || file_is_stale_; });
    stale_.wait_for(lock, limits::kRegistryFileDelay, [this] { return stopping_; });
    if (!file_is_stale_) continue;
    file_is_stale_ = false;
    const auto start = steady_clock::now();
    const registry::StoredRegistry stored = registry_.store(steady_clock::now());
    lock.unlock();
    const bool written = write(stored);
    lock.lock();
    const auto rest = written ? rest_after(steady_clock::now() - start)
                              : std::chrono::milliseconds(limits::kRegistryFileRetry);
    stale_.wait_for(lock, rest, [this] { return stopping_; });
    if (!written) file_is_stale_ = true;
  }
  const registry::StoredRegistry last = registry_.store(steady_clock::now());
  lock.unlock();
  (void)write(last);
}

bool RegistryKeeper::write(const registry::StoredRegistry& stored) {
  const Outcome written = write_file(path_, registry::to_json(stored), kFileMode);
  const std::string fault = written ? "" : written.error().message;
  if (!fault.empty() && fault != fault_) {
    spdlog::error("{}; registrations do not outlive a restart", printable(fault));
  }
  if (fault.empty() && !fault_.empty()) spdlog::info("{}: written again", printable(path_));
  fault_ = fault;
  return fault.empty();
}

void RegistryKeeper::replace(registry::SourceKind source, const registry::Services& services) {
  std::size_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    left_out = registry_.replace(source, services);
  }
  changed_.notify_all();
  if (left_out > 0) {
    spdlog::error("the registry is full: {} of source {} left out", counted(left_out, "instance"),
                  registry::to_text(source));
  }
}

void RegistryKeeper::update(const std::string& service, const registry::Service& found) {
  std::size_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    left_out = registry_.update(registry::SourceKind::kDns, service, found, steady_clock::now());
  }
  changed_.notify_all();
  const auto held_back = left_out > 0 ? left_out_limiter_.allow(steady_clock::now()) : std::nullopt;
  if (held_back) {
    spdlog::error("service {}: the registry is full: {} found by DNS left out", service,
                  counted(left_out, "instance"));
  }
}

void RegistryKeeper::retain_discovered(const std::set<std::string, std::less<>>& services) {
  {
    const std::lock_guard lock(mutex_);
    registry_.retain(registry::SourceKind::kDns, services);
  }
  changed_.notify_all();
}

void RegistryKeeper::set_ready() {
  const std::lock_guard lock(mutex_);
  ready_ = true;
}

void RegistryKeeper::set_own_listeners(std::vector<ListenAddress> listeners) {
  const std::lock_guard lock(mutex_);
  own_listeners_ = std::move(listeners);
}

bool RegistryKeeper::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

bool RegistryKeeper::is_own_listener(const IpAddress& address, std::uint16_t port) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(own_listeners_.begin(), own_listeners_.end(), [&](const auto& listener) {
    if (listener.kind != ListenAddress::Kind::kTcp || listener.port != port) return false;
    const auto host = IpAddress::parse(listener.host);
    if (!host) return false;
    const bool everywhere = *host == IpAddress() || *host == *IpAddress::parse("0.0.0.0");
    if (!everywhere) return *host == address;
    const auto own = addresses_of_this_machine();
    return std::find(own.begin(), own.end(), address) != own.end();
  });
}

api::RegistryState RegistryKeeper::services() const {
  const std::lock_guard lock(mutex_);
  return {revisions_.current()->number, registry_.summaries()};
}

std::optional<api::ServiceState> RegistryKeeper::service(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  if (!registry_.knows(name)) return std::nullopt;
  return api::ServiceState{steady_clock::now(), registry_.list(name)};
}

Result<registry::Put> RegistryKeeper::put(const std::string& service,
                                          const registry::Instance& instance,
                                          std::chrono::seconds ttl) {
  auto done = [&] {
    const std::lock_guard lock(mutex_);
    return registry_.put(service, instance, ttl, steady_clock::now());
  }();
  changed_.notify_all();
  return done;
}

bool RegistryKeeper::remove(std::string_view service, std::string_view id) {
  const bool removed = [&] {
    const std::lock_guard lock(mutex_);
    return registry_.remove(service, id);
  }();
  changed_.notify_all();
  return removed;
}

std::size_t RegistryKeeper::confirm(std::string_view service) {
  const std::size_t let_go = [&] {
    const std::lock_guard lock(mutex_);
    return registry_.confirm(service);
  }();
  changed_.notify_all();
  if (let_go > 0) {
    spdlog::info("service {}: the loss of {} is confirmed", service, counted(let_go, "instance"));
  }
  return let_go;
}

}  // namespace pointsman::cli
