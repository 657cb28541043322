#include "dns/responder/responder.h"

#include <algorithm>

#include "base/clock.h"
#include "base/random.h"
#include "dns/responder/query_handler.h"
#include "dns/responder/query_stream.h"
#include "dns/responder/service_sockets.h"

namespace pointsman::dns {
namespace {

AskerPolicy policy_of(const ForwardOptions& forward) {
  return AskerPolicy(forward.to.empty() ? std::vector<IpNetwork>{} : forward.allow);
}

// A worker's part: together they keep to the limit, however the kernel spreads the queries.
RateLimitOptions part_of(RateLimitOptions whole, unsigned workers) {
  whole.per_second = whole.per_second / workers + (whole.per_second % workers > 0 ? 1 : 0);
  return whole;
}

net::WorkerOptions worker_options(const ResponderOptions& options) {
  const std::chrono::milliseconds idle = options.answer.tcp_idle;
  return {.connections = options.connections,
          .evict = true,
          .connection = {
              .hello_timeout = idle, .write_timeout = options.write_timeout, .idle_timeout = idle}};
}

class ResponderWorker final : public QueryHost {
 public:
  ResponderWorker(const ResponderOptions& options, const std::vector<ListenAddress>& own,
                  ServiceSockets sockets, const Published<Zones>& zones)
      : handler_(zones, options.answer, policy_of(options.forward),
                 part_of(options.rate_limit, std::max(options.workers, 1u)), random_u64(),
                 unix_now),
        stream_reply_(kReplyBytesMax),
        worker_(std::move(sockets.listeners), worker_options(options),
                [this](const ListenAddress& /*from*/) {
                  return std::make_unique<QueryStream>(*this, stream_reply_);
                }),
        relay_(worker_.loop(), options.forward, own, random_u64),
        udp_(std::move(sockets.udp)) {
    for (const auto& socket : udp_) {
      watches_.push_back(std::make_unique<net::FdWatch>(
          worker_.loop(), socket->fd(), net::Readiness{.readable = true},
          [this, &socket = *socket](net::Readiness) { serve(socket); }));
    }
    worker_.start();
  }
  // The watches need the loop, and the thread needs the watches.
  ~ResponderWorker() {
    worker_.stop();
    worker_.join();
  }

  void begin_drain(std::chrono::milliseconds deadline) { worker_.drain(deadline); }
  void finish_drain() {
    worker_.join();
    for (const auto& socket : udp_) serve(*socket);  // what came before the end
  }

  ResponderCounters counters() {
    ResponderCounters counters;
    worker_.run_between_batches([&] {
      counters.queries = handler_.counters();
      counters.relay = relay_.counters();
      counters.connections = worker_.counters();
      for (const auto& socket : udp_) counters.udp += socket->counters();
    });
    return counters;
  }

 private:
  void serve(net::UdpSocket& socket) {
    socket.serve([&](const net::DatagramPath& from, Bytes query, std::span<std::uint8_t> out) {
      const Asker asker = handler_.describe(from.peer.address(), false);
      const Reply reply = handler_.answer(query, asker, out);
      if (reply.act == Reply::Act::kForward) {
        relay(query, asker, [&socket, from](Bytes later) { socket.send(from, later); });
      }
      return reply.act == Reply::Act::kSend ? reply.size : 0;
    });
  }

  Reply answer(Bytes query, const IpAddress& peer, std::span<std::uint8_t> out) override {
    return handler_.answer(query, handler_.describe(peer, true), out);
  }
  void forward(Bytes query, const IpAddress& peer, std::function<void(Bytes)> done) override {
    relay(query, handler_.describe(peer, true), [this, done = std::move(done)](Bytes reply) {
      done(reply);
      worker_.poke();  // its connection sends it
    });
  }

  void relay(Bytes query, const Asker& asker, Relay::Done done) {
    auto forwarded = ForwardedQuery::read(query, asker);
    if (forwarded) relay_.forward(std::move(*forwarded), asker, std::move(done));
  }

  QueryHandler handler_;
  ByteBuffer stream_reply_;
  net::Worker worker_;
  Relay relay_;
  std::vector<std::unique_ptr<net::UdpSocket>> udp_;
  std::vector<std::unique_ptr<net::FdWatch>> watches_;
};

class Server : public Responder {
 public:
  Server(const ResponderOptions& options, std::vector<ListenAddress> addresses,
         std::vector<ServiceSockets> sockets, const Published<Zones>& zones)
      : addresses_(std::move(addresses)) {
    for (ServiceSockets& of_worker : sockets) {
      workers_.push_back(
          std::make_unique<ResponderWorker>(options, addresses_, std::move(of_worker), zones));
    }
  }

  std::vector<ListenAddress> addresses() const override { return addresses_; }

  void drain(std::chrono::milliseconds deadline) override {
    for (const auto& worker : workers_) worker->begin_drain(deadline);
    for (const auto& worker : workers_) worker->finish_drain();
  }

  ResponderCounters counters() const override {
    ResponderCounters sum;
    for (const auto& worker : workers_) {
      const ResponderCounters counters = worker->counters();
      sum.queries += counters.queries;
      sum.relay += counters.relay;
      sum.udp += counters.udp;
      sum.connections += counters.connections;
    }
    return sum;
  }

 private:
  const std::vector<ListenAddress> addresses_;
  std::vector<std::unique_ptr<ResponderWorker>> workers_;
};

}  // namespace

Result<std::unique_ptr<Responder>> Responder::start(const ResponderOptions& options,
                                                    const Published<Zones>& zones) {
  auto sockets = open_service_sockets(options.listen, std::max(options.workers, 1u));
  if (!sockets) return sockets.error();
  std::vector<ListenAddress> addresses;
  for (const auto& socket : sockets->front().udp) addresses.push_back(socket->address());
  if (auto fit = check_forward(options.forward, addresses); !fit) return fit.error();
  return std::unique_ptr<Responder>(
      std::make_unique<Server>(options, std::move(addresses), std::move(*sockets), zones));
}

}  // namespace pointsman::dns
