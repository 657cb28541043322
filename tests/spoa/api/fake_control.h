// A Control over a registry of the test's own, at a time that stands still.
#pragma once

#include <mutex>

#include "api/control.h"

namespace pointsman::test {

class FakeControl : public api::Control {
 public:
  bool ready() const override { return is_ready; }
  bool is_own_listener(const IpAddress& address, std::uint16_t port) const override {
    return address == *IpAddress::parse("10.9.9.9") && port == 9012;
  }
  api::RegistryState services() const override {
    const std::lock_guard lock(mutex_);
    return {7, registry.summaries()};
  }
  std::optional<api::ServiceState> service(std::string_view name) const override {
    const std::lock_guard lock(mutex_);
    if (!registry.knows(name)) return std::nullopt;
    return api::ServiceState{now, registry.list(name)};
  }
  Result<registry::Put> put(const std::string& service, const registry::Instance& instance,
                            std::chrono::seconds ttl) override {
    const std::lock_guard lock(mutex_);
    if (is_full) return Error{"the registry is full"};
    return registry.put(service, instance, ttl, now);
  }
  bool remove(std::string_view service, std::string_view id) override {
    const std::lock_guard lock(mutex_);
    return registry.remove(service, id);
  }
  std::size_t confirm(std::string_view service) override {
    const std::lock_guard lock(mutex_);
    return registry.confirm(service);
  }

  bool is_ready = true;
  bool is_full = false;
  registry::Moment now{std::chrono::seconds(1000)};
  registry::Registry registry{0, std::chrono::seconds(300)};

 private:
  mutable std::mutex mutex_;
};

}  // namespace pointsman::test
