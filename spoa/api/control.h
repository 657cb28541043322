// What the admin API may see of a running agent and do to it. Implemented by the composition root
// (cli/registry_keeper); called from the API's own threads, so every call is safe from any thread
// and sees what the calls before it did.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "registry/registry.h"

namespace pointsman::api {

// A service, or all of them, as of one moment.
struct ServiceState {
  registry::Moment now;
  std::vector<registry::Listed> instances;
};
struct RegistryState {
  std::uint32_t revision = 0;
  std::vector<registry::Summary> services;
};

class Control {
 public:
  virtual ~Control() = default;

  virtual bool ready() const = 0;  // there is a table
  virtual bool is_own_listener(const IpAddress& address, std::uint16_t port) const = 0;

  virtual RegistryState services() const = 0;
  virtual std::optional<ServiceState> service(std::string_view name) const = 0;  // null: unknown
  // The error names the limit in the way.
  virtual Result<registry::Put> put(const std::string& service, const registry::Instance& instance,
                                    std::chrono::seconds ttl) = 0;
  virtual bool remove(std::string_view service, std::string_view id) = 0;
  virtual std::size_t confirm(std::string_view service) = 0;
};

}  // namespace pointsman::api
