// One accepted socket and the protocol spoken on it. A readiness is one read into the worker's
// buffer, and answers leave at once, one write for each chunk of the protocol's output. What a
// connection may hold is bounded: a peer that does not read its answers is closed, by size or by
// time. One that is not used any more is closed where its protocol wants that. After a normal end
// the socket is shut down for writing and the peer's close awaited for a moment, since closing with
// unread input would reset the connection and lose the last answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/file_descriptor.h"
#include "base/limits.h"
#include "net/event_loop.h"
#include "net/stream_protocol.h"

namespace pointsman::net {

struct ConnectionLimits {
  std::size_t output_bytes = limits::kOutputBufferBytes;
  std::chrono::milliseconds hello_timeout = limits::kHelloTimeout;
  std::chrono::milliseconds write_timeout = limits::kWriteTimeout;
  std::chrono::milliseconds linger_timeout = limits::kLingerTimeout;
  std::chrono::milliseconds idle_timeout{0};  // since the last answer; 0: none
};

enum class CloseCause : unsigned char {
  kEnded,          // by the peer (end of file or reset), or both sides are done
  kHelloTimeout,   // the peer did not introduce itself
  kSlowReader,     // too much output waits, or waits too long
  kIdle,           // no answer was due for long
  kLingerTimeout,  // we ended, the peer did not
  kStopped,        // by close()
};

class Connection {
 public:
  // `read_buffer` is shared by the connections of a worker and outlives them. `closed` is called
  // once, perhaps from within a call of this connection, which must not be destroyed by it.
  Connection(EventLoop& loop, FileDescriptor fd, std::unique_ptr<StreamProtocol> protocol,
             std::span<std::uint8_t> read_buffer, const ConnectionLimits& limits,
             std::function<void(Connection&, CloseCause)> closed);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void poke();
  void begin_drain();
  // Ends the conversation of a peer from which nothing has come since the call before the last.
  void disconnect_if_quiet();
  void disconnect();
  void close() { close(CloseCause::kStopped); }

  // Whether an answer was written yet, and when the last one was; before, when it began.
  bool used() const { return used_; }
  std::chrono::steady_clock::time_point last_use() const { return last_use_; }

 private:
  enum class Phase : unsigned char { kHello, kOpen, kLingering, kClosed };

  void on_ready(Readiness ready);
  void on_timeout();
  void read_once();
  void feed(Bytes input);
  bool flush();   // false: closed
  void settle();  // after anything happened: flush, then phase, watch and timer
  void settle_timer(bool blocked);
  void linger();
  void close(CloseCause cause);

  FileDescriptor fd_;
  std::unique_ptr<StreamProtocol> protocol_;
  const std::span<std::uint8_t> read_buffer_;
  const ConnectionLimits limits_;
  std::function<void(Connection&, CloseCause)> closed_;
  Phase phase_ = Phase::kHello;
  bool input_ended_ = false;
  bool wrote_ = false;    // since the last settle()
  bool blocked_ = false;  // at the last settle(): output waits
  bool used_ = false;
  std::chrono::steady_clock::time_point last_use_ = std::chrono::steady_clock::now();
  int quiet_calls_ = 0;  // of disconnect_if_quiet() since the last input
  Timer timer_;          // what for: on_timeout()
  FdWatch watch_;
};

}  // namespace pointsman::net
