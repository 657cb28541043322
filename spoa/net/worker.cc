#include "net/worker.h"

#include <signal.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "net/socket_name.h"
#include "net/tls_stream.h"

namespace pointsman::net {
namespace {

// Threads inherit the mask: the process' signals stay with the thread that watches them.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

ConnectionCounters& ConnectionCounters::operator+=(const ConnectionCounters& other) {
  accepted += other.accepted;
  open += other.open;
  refused += other.refused;
  evicted += other.evicted;
  idle_timeouts += other.idle_timeouts;
  hello_timeouts += other.hello_timeouts;
  write_timeouts += other.write_timeouts;
  tls_failures += other.tls_failures;
  return *this;
}

Worker::Worker(Listeners listeners, WorkerOptions options, MakeProtocol make_protocol)
    : listeners_(std::move(listeners)),
      options_(options),
      make_protocol_(std::move(make_protocol)),
      read_buffer_(limits::kReadBufferBytes),
      poke_tick_(loop_, [this] { poke_connections(); }),
      drain_tick_(loop_, [this] { end_quiet_connections(); }),
      drain_deadline_(loop_, [this] { end_drain(); }) {
  loop_.on_wake([this] { on_wake(); });
  loop_.before_wait([this] { free_closed(); });
}

Worker::~Worker() {
  stop();
  join();
}

void Worker::stop() { loop_.stop(); }

void Worker::start() {
  assert(!thread_.joinable());
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  const AllSignalsBlocked blocked;
  thread_ = std::thread([this] { serve(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::drain(std::chrono::milliseconds deadline) {
  {
    const std::lock_guard lock(mutex_);
    drain_wanted_ = deadline;
  }
  loop_.wake();
}

void Worker::poke() {
  {
    const std::lock_guard lock(mutex_);
    poke_wanted_ = true;
  }
  loop_.wake();
}

void Worker::run_between_batches(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  task_done_.wait(lock, [this] { return !task_; });  // another caller's
  if (!running_) return task();
  task_ = std::move(task);
  loop_.wake();
  task_done_.wait(lock, [this] { return !task_; });
}

void Worker::serve() {
  for (const auto& listening : listeners_) {
    // From a shared socket one connection a batch, so that every worker gets its part of a burst.
    const int accepts_per_batch = listening->is_tcp() ? limits::kAcceptsPerBatch : 1;
    acceptors_.push_back(std::make_unique<Acceptor>(
        loop_, listening, accepts_per_batch, options_.accept_pause,
        [this, from = listening->address(), credentials = listening->credentials()](
            FileDescriptor fd) { accept(std::move(fd), from, credentials.get()); },
        [this](int error) { log_shortage(error); }));
  }
  listeners_.clear();
  if (options_.poke_interval.count() > 0) poke_tick_.start(options_.poke_interval);
  loop_.run();
  acceptors_.clear();
  for_each_connection([](Connection& connection) { connection.close(); });
  free_closed();
  const std::lock_guard lock(mutex_);
  run_task();  // one that came too late for the loop
  running_ = false;
}

void Worker::on_wake() {
  std::optional<std::chrono::milliseconds> drain_wanted;
  bool poke_wanted = false;
  {
    const std::lock_guard lock(mutex_);
    run_task();
    drain_wanted.swap(drain_wanted_);
    std::swap(poke_wanted, poke_wanted_);
  }
  if (poke_wanted) for_each_connection([](Connection& connection) { connection.poke(); });
  if (drain_wanted && !draining_) begin_drain(*drain_wanted);
}

void Worker::run_task() {
  if (!task_) return;
  task_();
  task_ = nullptr;
  task_done_.notify_all();
}

void Worker::accept(FileDescriptor fd, const ListenAddress& from,
                    const TlsCredentials* credentials) {
  if (connections_.size() >= options_.connections) {
    if (!options_.evict) {
      ++counters_.refused;
      return;
    }
    evict_one();
  }
  ++counters_.accepted;
  ++counters_.open;
  auto protocol = make_protocol_(from);
  const bool tcp = from.kind == ListenAddress::Kind::kTcp;
  const IpAddress peer = tcp ? SocketName::of_peer(fd.get()).address() : IpAddress{};
  if (tcp) protocol->on_peer(peer);
  if (credentials != nullptr) {
    protocol =
        std::make_unique<TlsStream>(credentials->current(), std::move(protocol),
                                    [this, who = peer.to_text() + " to " + from.to_text()](
                                        const std::string& why) { log_tls_failure(who, why); });
  }
  auto connection = std::make_unique<Connection>(
      loop_, std::move(fd), std::move(protocol), read_buffer_, options_.connection,
      [this](Connection& closed, CloseCause cause) { forget(closed, cause); });
  Connection* const key = connection.get();
  connections_.emplace(key, std::move(connection));
}

void Worker::evict_one() {
  const auto rank = [](const auto& entry) {
    return std::pair(entry.first->used(), entry.first->last_use());
  };
  const auto oldest =
      std::min_element(connections_.begin(), connections_.end(),
                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  assert(oldest != connections_.end());
  ++counters_.evicted;
  oldest->first->close();
}

void Worker::log_shortage(int error) {
  if (shortage_limiter_.allow(std::chrono::steady_clock::now())) {
    spdlog::warn("cannot accept connections for now: {}", std::strerror(error));
  }
}

void Worker::log_tls_failure(const std::string& who, const std::string& why) {
  ++counters_.tls_failures;
  const auto held_back = tls_limiter_.allow(std::chrono::steady_clock::now());
  if (!held_back) return;
  spdlog::warn("no TLS from {}: {}{}", who, why,
               *held_back == 0 ? "" : fmt::format("; {} more before", *held_back));
}

void Worker::forget(Connection& connection, CloseCause cause) {
  --counters_.open;
  if (cause == CloseCause::kHelloTimeout) ++counters_.hello_timeouts;
  if (cause == CloseCause::kSlowReader) ++counters_.write_timeouts;
  if (cause == CloseCause::kIdle) ++counters_.idle_timeouts;
  const auto found = connections_.find(&connection);
  closed_.push_back(std::move(found->second));  // its handler may still run: freed after the batch
  connections_.erase(found);
}

void Worker::free_closed() {
  closed_.clear();
  if (draining_ && connections_.empty()) loop_.stop();
}

template <class Act>
void Worker::for_each_connection(Act&& act) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *(next++)->second;  // acting may erase it
    act(connection);
  }
}

void Worker::poke_connections() {
  for_each_connection([](Connection& connection) { connection.poke(); });
  poke_tick_.start(options_.poke_interval);
}

void Worker::begin_drain(std::chrono::milliseconds deadline) {
  for (const auto& acceptor : acceptors_) acceptor->accept_waiting(limits::kListenBacklog);
  acceptors_.clear();
  draining_ = true;
  for_each_connection([](Connection& connection) { connection.begin_drain(); });
  drain_tick_.start(limits::kDrainQuiet / 2);
  drain_deadline_.start(deadline);
}

void Worker::end_quiet_connections() {
  for_each_connection([](Connection& connection) { connection.disconnect_if_quiet(); });
  drain_tick_.start(limits::kDrainQuiet / 2);
}

void Worker::end_drain() {
  for_each_connection([](Connection& connection) { connection.disconnect(); });
  loop_.stop();
}

}  // namespace pointsman::net
