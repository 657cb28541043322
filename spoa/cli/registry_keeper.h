// Owns the agent's registry: one thread expires what is due and publishes each new revision,
// another keeps the file in the state folder current, so that a slow disk delays neither. What
// sources and the admin API say comes in from their own threads.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/control.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/published.h"
#include "config/settings.h"
#include "registry/registry.h"

namespace pointsman::cli {

std::string registry_file(const config::Settings& settings);  // <state>/registry.json

class RegistryKeeper : public api::Control {
 public:
  // Takes what an earlier agent has left in the file; a damaged one is put aside and told of.
  explicit RegistryKeeper(const config::Settings& settings);
  ~RegistryKeeper() override;  // writes the file once more
  RegistryKeeper(const RegistryKeeper&) = delete;
  RegistryKeeper& operator=(const RegistryKeeper&) = delete;

  // Never null.
  const Published<registry::Revision>& revisions() const { return revisions_; }

  void replace(registry::SourceKind source, const registry::Services& services);
  void update(const std::string& service, const registry::Service& found);  // by DNS
  void retain_discovered(const std::set<std::string, std::less<>>& services);
  void set_ready();
  void set_own_listeners(std::vector<ListenAddress> listeners);

  bool ready() const override;
  bool is_own_listener(const IpAddress& address, std::uint16_t port) const override;
  api::RegistryState services() const override;
  std::optional<api::ServiceState> service(std::string_view name) const override;
  Result<registry::Put> put(const std::string& service, const registry::Instance& instance,
                            std::chrono::seconds ttl) override;
  bool remove(std::string_view service, std::string_view id) override;
  std::size_t confirm(std::string_view service) override;

 private:
  RegistryKeeper(const config::Settings& settings,
                 const std::optional<registry::StoredRegistry>& stored);
  void keep();
  void keep_file();
  bool write(const registry::StoredRegistry& stored);

  const std::string path_;
  const std::chrono::seconds keep_last_;
  LogLimiter left_out_limiter_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // the registry
  std::condition_variable stale_;    // the file
  registry::Registry registry_;
  Published<registry::Revision> revisions_;
  std::vector<ListenAddress> own_listeners_;
  bool ready_ = false;
  bool stopping_ = false;
  bool file_is_stale_ = false;
  std::string fault_;  // of the last write: told once while it stands; on the file's thread
  std::thread keeper_;
  std::thread file_keeper_;
};

}  // namespace pointsman::cli
