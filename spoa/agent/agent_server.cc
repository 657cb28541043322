#include "agent/agent_server.h"

#include <algorithm>

#include "agent/decision_handler.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/worker.h"
#include "spop/session.h"

namespace pointsman::agent {
namespace {

// A session as net knows it.
class SessionStream : public net::StreamProtocol {
 public:
  SessionStream(spop::MessageHandler& handler, spop::SessionCounters& counters,
                std::uint32_t max_frame_size)
      : session_(handler, counters, max_frame_size) {}

  void receive(Bytes input) override { session_.receive(input); }
  Bytes output() const override { return session_.output(); }
  void consume_output(std::size_t count) override { session_.consume_output(count); }
  std::size_t output_size() const override { return session_.output_size(); }
  bool established() const override { return session_.established(); }
  bool finished() const override { return session_.finished(); }
  void begin_drain() override { session_.begin_drain(); }
  void disconnect_normally() override { session_.disconnect_normally(); }

 private:
  spop::Session session_;
};

class AgentWorker {
 public:
  AgentWorker(const AgentServerOptions& options, net::Listeners listeners,
              const Published<routing::RouteTable>& table, const Published<KeyRing>& keys)
      : handler_(options.message, table, keys, random_u64, unix_now),
        worker_(std::move(listeners), {.connection = options.connection},
                [this, size = options.max_frame_size](const ListenAddress& /*from*/) {
                  return std::make_unique<SessionStream>(handler_, session_counters_, size);
                }) {
    worker_.start();
  }

  net::Worker& worker() { return worker_; }

  AgentCounters counters() {
    AgentCounters counters;
    worker_.run_between_batches([&] {
      handler_.report(counters);
      const net::ConnectionCounters& connections = worker_.counters();
      counters.connections_accepted = connections.accepted;
      counters.connections_open = connections.open;
      counters.connections_refused = connections.refused;
      counters.hello_timeouts = connections.hello_timeouts;
      counters.write_timeouts = connections.write_timeouts;
      counters.spop = session_counters_;
    });
    return counters;
  }

 private:
  DecisionHandler handler_;
  spop::SessionCounters session_counters_;
  net::Worker worker_;  // last: its thread uses the others
};

class Server : public AgentServer {
 public:
  Server(const AgentServerOptions& options, std::vector<net::Listeners> listeners,
         const Published<routing::RouteTable>& table, const Published<KeyRing>& keys) {
    for (const auto& listening : listeners.front()) addresses_.push_back(listening->address());
    credentials_ = net::credentials_of(listeners.front());
    for (net::Listeners& of_worker : listeners) {
      workers_.push_back(std::make_unique<AgentWorker>(options, std::move(of_worker), table, keys));
    }
  }

  std::vector<ListenAddress> addresses() const override { return addresses_; }
  std::vector<std::shared_ptr<net::TlsCredentials>> credentials() const override {
    return credentials_;
  }

  void drain(std::chrono::milliseconds deadline) override {
    for (const auto& worker : workers_) worker->worker().drain(deadline);
    for (const auto& worker : workers_) worker->worker().join();
  }

  AgentCounters counters() const override {
    AgentCounters sum;
    for (const auto& worker : workers_) sum += worker->counters();
    return sum;
  }

 private:
  std::vector<ListenAddress> addresses_;
  std::vector<std::shared_ptr<net::TlsCredentials>> credentials_;
  std::vector<std::unique_ptr<AgentWorker>> workers_;
};

}  // namespace

Result<std::unique_ptr<AgentServer>> AgentServer::start(const AgentServerOptions& options,
                                                        const Published<routing::RouteTable>& table,
                                                        const Published<KeyRing>& keys) {
  const std::size_t workers = std::max(options.workers, 1u);
  Result<std::vector<net::Listeners>> listeners = net::open_listeners(
      options.listen, workers, {.mode = options.socket_mode, .owner = options.socket_owner});
  if (!listeners) return listeners.error();
  return std::unique_ptr<AgentServer>(
      std::make_unique<Server>(options, std::move(*listeners), table, keys));
}

}  // namespace pointsman::agent
