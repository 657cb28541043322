// The serving half of the agent: SPOP listeners and workers, one event loop a thread. It reads the
// current table and keys through Published<T> and never blocks; what is published takes effect at a
// worker's next batch. Started and stopped by the composition root (cli/agent).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/counters.h"
#include "agent/key_ring.h"
#include "base/listen_address.h"
#include "base/published.h"
#include "base/result.h"
#include "net/connection.h"
#include "net/tls_credentials.h"
#include "routing/route_table.h"

namespace pointsman::agent {

struct AgentServerOptions {
  std::vector<ListenAddress> listen;
  unsigned workers = 1;
  std::string message = "pointsman";  // name of the SPOE message that asks for a decision
  std::uint32_t max_frame_size = limits::kFrameSizeMax;
  unsigned socket_mode = 0660;
  std::string socket_owner;               // "user:group", either may be missing; empty: ours
  net::ConnectionLimits connection = {};  // shorter in tests
};

class AgentServer {
 public:
  // Binds every listener (a stale unix socket file is replaced; one with a live listener behind it
  // is an error) and starts the workers.
  static Result<std::unique_ptr<AgentServer>> start(const AgentServerOptions& options,
                                                    const Published<routing::RouteTable>& table,
                                                    const Published<KeyRing>& keys);
  virtual ~AgentServer() = default;  // stops at once

  // The addresses bound, with the ports that the kernel chose.
  virtual std::vector<ListenAddress> addresses() const = 0;
  // Of the listeners with TLS; reloading them is the composition root's.
  virtual std::vector<std::shared_ptr<net::TlsCredentials>> credentials() const = 0;
  // Stops accepting, refuses health checks, answers what arrives, disconnects each connection once
  // it has been quiet, and returns when all are gone or `deadline` has passed.
  virtual void drain(std::chrono::milliseconds deadline) = 0;
  virtual AgentCounters counters() const = 0;  // summed over workers
};

}  // namespace pointsman::agent
