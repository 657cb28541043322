// The DNS responder: answers by UDP and TCP on each address, one event loop a worker, from the
// zones that are published (zone_builder.h makes them). Started and stopped by the composition
// root, which publishes zones when the registry or a gateway changes; that takes effect at each
// worker's next query. Nothing here waits, and what strangers can make it hold is bounded.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/listen_address.h"
#include "base/published.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/responder/query_counters.h"
#include "dns/responder/rate_limit.h"
#include "dns/responder/relay.h"
#include "dns/zones.h"
#include "net/udp_socket.h"
#include "net/worker.h"

namespace pointsman::dns {

struct ResponderOptions {
  std::vector<ListenAddress> listen;  // addresses with ports, each for UDP and TCP
  unsigned workers = 1;
  AnswerOptions answer = {};  // its tcp_idle is also when idle connections are closed
  RateLimitOptions rate_limit = {};
  ForwardOptions forward = {};
  std::size_t connections = limits::kDnsConnections;  // by TCP, of each worker
  std::chrono::milliseconds write_timeout = limits::kWriteTimeout;
};

struct ResponderCounters {
  QueryCounters queries;
  RelayCounters relay;
  net::UdpCounters udp;
  net::ConnectionCounters connections;
};

class Responder {
 public:
  // Binds every address (one that somebody else has is an error) and starts the workers. `zones`
  // outlives the responder.
  static Result<std::unique_ptr<Responder>> start(const ResponderOptions& options,
                                                  const Published<Zones>& zones);
  virtual ~Responder() = default;  // stops at once

  // With the ports that the kernel chose.
  virtual std::vector<ListenAddress> addresses() const = 0;
  // Stops accepting, answers what arrives, and returns when each connection has ended after it was
  // quiet, or at `deadline`. What is being forwarded then stays unanswered.
  virtual void drain(std::chrono::milliseconds deadline) = 0;
  virtual ResponderCounters counters() const = 0;  // summed over workers
};

}  // namespace pointsman::dns
