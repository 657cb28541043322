#include "agent/table_server.h"

#include "base/log.h"
#include "base/published.h"
#include "net/worker.h"

namespace pointsman::agent {
namespace {

using std::chrono::steady_clock;

// What all connections share; on the worker's thread.
struct Desk {
  explicit Desk(const Published<TableEdition>& published) : edition(published) {}

  const TableEdition* current() {
    const auto& now = edition.get();
    if (now) book.set_table(now->table, steady_clock::now());
    return now.get();
  }

  Subscriber<TableEdition> edition;
  BridgeBook book;
  LogLimiter fault_limiter;
};

// A session as net knows it, and what it asks for.
class BridgeStream : public net::StreamProtocol, public BridgeHost {
 public:
  BridgeStream(Desk& desk, const ListenAddress& from)
      : desk_(desk), from_(from), bridge_(desk.book), session_(*this) {}

  void receive(Bytes input) override { session_.receive(input); }
  Bytes output() const override { return session_.output(); }
  void consume_output(std::size_t count) override { session_.consume_output(count); }
  std::size_t output_size() const override { return session_.output_size(); }
  void poke() override { session_.poke(); }
  bool established() const override { return session_.established(); }
  bool finished() const override { return session_.finished(); }
  void begin_drain() override {}
  void disconnect_normally() override { session_.disconnect_normally(); }

  std::shared_ptr<const TableDocument> current_table() override {
    const TableEdition* edition = desk_.current();
    if (edition == nullptr) return nullptr;
    return from_.admits_by_name() ? edition->with_keys : edition->without_keys;
  }
  void on_question(const table::Question& question) override {
    desk_.current();  // names are those of the current table
    bridge_.asked(question, steady_clock::now());
  }
  void on_fault(const std::string& what) override {
    const auto held_back = desk_.fault_limiter.allow(steady_clock::now());
    if (!held_back) return;
    spdlog::warn("a bridge's connection to {} is closed: {}{}", from_.to_text(), what,
                 *held_back == 0 ? "" : fmt::format("; {} more before", *held_back));
  }

 private:
  Desk& desk_;
  const ListenAddress from_;
  BridgeBook::Bridge bridge_;
  BridgeSession session_;
};

class Server : public TableServer {
 public:
  Server(const TableServerOptions& options, net::Listeners listeners)
      : desk_(edition_),
        worker_(listeners,
                {.connections = options.connections,
                 .connection = options.connection,
                 .poke_interval = options.poke_interval},
                [this](const ListenAddress& from) {
                  return std::make_unique<BridgeStream>(desk_, from);
                }) {
    for (const auto& listening : listeners) addresses_.push_back(listening->address());
    credentials_ = net::credentials_of(listeners);
    worker_.start();
  }

  std::vector<ListenAddress> addresses() const override { return addresses_; }
  std::vector<std::shared_ptr<net::TlsCredentials>> credentials() const override {
    return credentials_;
  }

  void publish(TableEdition edition) override {
    edition_.publish(std::make_shared<const TableEdition>(std::move(edition)));
    worker_.poke();
  }

  void log_news(steady_clock::time_point now) override {
    worker_.run_between_batches([&] {
      desk_.current();
      desk_.book.log_news(now);
    });
  }

  BridgeReport bridges() const override {
    BridgeReport report;
    worker_.run_between_batches([&] { report = desk_.book.report(); });
    return report;
  }

  void drain(std::chrono::milliseconds deadline) override {
    worker_.drain(deadline);
    worker_.join();
    desk_.book.log_decided();
  }

 private:
  std::vector<ListenAddress> addresses_;
  std::vector<std::shared_ptr<net::TlsCredentials>> credentials_;
  Published<TableEdition> edition_;
  Desk desk_;
  mutable net::Worker worker_;  // last: its thread uses the others
};

}  // namespace

Result<std::unique_ptr<TableServer>> TableServer::start(TableServerOptions options) {
  auto listeners = net::open_listeners(
      options.listen, 1, {.mode = options.socket_mode, .owner = options.socket_owner});
  if (!listeners) return listeners.error();
  return std::unique_ptr<TableServer>(
      std::make_unique<Server>(options, std::move(listeners->front())));
}

}  // namespace pointsman::agent
