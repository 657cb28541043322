// One thread with one event loop, its listeners and its connections. Other threads start it, drain
// it, stop it, and ask it to run a task between two batches of events; everything else happens on
// its own thread. It never waits for anything but events.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "net/acceptor.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/listening_socket.h"

namespace pointsman::net {

struct WorkerOptions {
  std::size_t connections = limits::kConnectionsPerWorker;
  // One more takes the place of a connection that had no answer yet, else of the one that had its
  // last answer longest ago. False: it is refused.
  bool evict = false;
  ConnectionLimits connection{};
  std::chrono::milliseconds accept_pause = limits::kAcceptPause;
  std::chrono::milliseconds poke_interval{0};  // 0: only poke() does
};

struct ConnectionCounters {
  std::uint64_t accepted = 0;
  std::uint64_t open = 0;  // a gauge
  std::uint64_t refused = 0;
  std::uint64_t evicted = 0;
  std::uint64_t idle_timeouts = 0;
  std::uint64_t hello_timeouts = 0;
  std::uint64_t write_timeouts = 0;
  std::uint64_t tls_failures = 0;  // handshakes that were refused, by us or the peer

  ConnectionCounters& operator+=(const ConnectionCounters& other);
};

class Worker {
 public:
  using MakeProtocol = std::function<std::unique_ptr<StreamProtocol>(const ListenAddress& from)>;

  // `make_protocol` is called on the worker's thread, once for each connection, with the address of
  // the listener that took it.
  Worker(Listeners listeners, WorkerOptions options, MakeProtocol make_protocol);
  ~Worker();  // stops at once
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // From any thread: each connection's protocol is soon poked, and what it says is sent. Pokes that
  // come close together may be one.
  void poke();
  // Begins to drain and returns: takes what waits in the listeners' queues and closes them, lets
  // each connection end once it is quiet, and ends the thread when none is left or at `deadline`.
  void drain(std::chrono::milliseconds deadline);
  void stop();  // ends the thread at once
  void join();

  // Runs `task` on the worker's thread between two batches and returns when it is done; after the
  // thread's end, or before its start, on this one. Not from the worker's own thread.
  void run_between_batches(std::function<void()> task);

  // For what else is to live on this thread: it begins to watch before start(), or on the thread
  // itself, and is gone only after join().
  EventLoop& loop() { return loop_; }

  // Inside a task of run_between_batches.
  const ConnectionCounters& counters() const { return counters_; }

 private:
  void serve();
  void on_wake();
  void run_task();  // with the mutex held
  void accept(FileDescriptor fd, const ListenAddress& from, const TlsCredentials* credentials);
  void evict_one();
  void log_shortage(int error);
  void log_tls_failure(const std::string& who, const std::string& why);
  void forget(Connection& connection, CloseCause cause);
  void free_closed();
  void begin_drain(std::chrono::milliseconds deadline);
  void end_quiet_connections();
  void end_drain();
  void poke_connections();
  template <class Act>  // void(Connection&)
  void for_each_connection(Act&& act);

  // Crosses threads, under the mutex.
  std::mutex mutex_;
  std::condition_variable task_done_;
  std::function<void()> task_;
  std::optional<std::chrono::milliseconds> drain_wanted_;
  bool poke_wanted_ = false;
  bool running_ = false;

  // The worker's thread only.
  EventLoop loop_;
  Listeners listeners_;
  const WorkerOptions options_;
  const MakeProtocol make_protocol_;
  ConnectionCounters counters_;
  LogLimiter shortage_limiter_;
  LogLimiter tls_limiter_;
  std::vector<std::uint8_t> read_buffer_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;
  Timer poke_tick_;
  bool draining_ = false;
  Timer drain_tick_;
  Timer drain_deadline_;

  std::thread thread_;
};

}  // namespace pointsman::net
