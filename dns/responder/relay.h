// Asks resolvers for names that are not ours, for the few clients that may have that: containers
// that know no other resolver. It keeps nothing but what is under way, and that is bounded. Each
// query goes to each server in turn until one answers, from a socket and with an id of its own; by
// UDP or TCP as the client came, so that a truncated reply brings the client by TCP. Servers that
// are this responder itself are passed over. One worker's, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/ip_address.h"
#include "base/limits.h"
#include "base/listen_address.h"
#include "base/result.h"
#include "dns/responder/forwarded_query.h"
#include "net/event_loop.h"
#include "net/socket_name.h"

namespace pointsman::dns {

struct Resolver {
  IpAddress address;
  std::uint16_t port = 53;
};

struct ForwardOptions {
  std::vector<IpNetwork> allow = {};  // whose queries are forwarded
  std::vector<Resolver> to = {};      // at most limits::kForwardServers; empty: nobody's are
  std::chrono::milliseconds timeout = limits::kForwardTimeout;  // of each server
};

struct RelayCounters {
  std::uint64_t forwarded = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;      // no server answered: SERVFAIL
  std::uint64_t refused = 0;     // too many were under way: SERVFAIL
  std::uint64_t mismatched = 0;  // replies to something else than was asked
  std::uint64_t loops = 0;       // servers that turned out to be ourselves

  RelayCounters& operator+=(const RelayCounters& other);
};

// Whether options can be served by a responder that listens at `own`.
Outcome check_forward(const ForwardOptions& options, const std::vector<ListenAddress>& own);

class Relay {
 public:
  using Done = std::function<void(Bytes reply)>;

  // `random` gives the ids.
  Relay(net::EventLoop& loop, const ForwardOptions& options, std::vector<ListenAddress> own,
        std::function<std::uint64_t()> random);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Calls `done` once, perhaps before it returns, unless the relay ends before.
  void forward(ForwardedQuery query, const Asker& asker, Done done);
  const RelayCounters& counters() const { return counters_; }

 private:
  class Exchange;

  bool has_room_for(const IpAddress& client) const;
  void retire(const Exchange& exchange);

  net::EventLoop& loop_;
  const std::chrono::milliseconds timeout_;
  const std::vector<ListenAddress> own_;
  const std::function<std::uint64_t()> random_;
  std::vector<net::SocketName> servers_;
  RelayCounters counters_;
  ByteBuffer reply_;  // what one read takes
  std::vector<std::unique_ptr<Exchange>> under_way_;
  std::vector<std::unique_ptr<Exchange>> retired_;  // their handlers may still run
  net::Timer sweep_;
};

}  // namespace pointsman::dns
