#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace pointsman::net {
namespace {

bool is_transient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Connection::Connection(EventLoop& loop, FileDescriptor fd, std::unique_ptr<StreamProtocol> protocol,
                       std::span<std::uint8_t> read_buffer, const ConnectionLimits& limits,
                       std::function<void(Connection&, CloseCause)> closed)
    : fd_(std::move(fd)),
      protocol_(std::move(protocol)),
      read_buffer_(read_buffer),
      limits_(limits),
      closed_(std::move(closed)),
      timer_(loop, [this] { on_timeout(); }),
      watch_(loop, fd_.get(), {.readable = true}, [this](Readiness ready) { on_ready(ready); }) {
  timer_.start(limits_.hello_timeout);
}

void Connection::on_ready(Readiness ready) {
  if (ready.readable) read_once();
  if (phase_ != Phase::kClosed) settle();
}

void Connection::read_once() {
  const ssize_t got = recv(fd_.get(), read_buffer_.data(), read_buffer_.size(), 0);
  if (got < 0) {
    if (!is_transient(errno)) close(CloseCause::kEnded);
    return;
  }
  if (got == 0) {
    input_ended_ = true;
    return;
  }
  quiet_calls_ = 0;
  if (phase_ != Phase::kLingering) feed(read_buffer_.first(static_cast<std::size_t>(got)));
}

void Connection::feed(Bytes input) {
  while (!input.empty() && !protocol_->finished()) {
    const Bytes slice = input.first(std::min(input.size(), limits::kInputSliceBytes));
    input = input.subspan(slice.size());
    protocol_->receive(slice);
    if (protocol_->output_size() > limits::kOutputFlushBytes && !flush()) return;
    if (protocol_->output_size() > limits_.output_bytes) return close(CloseCause::kSlowReader);
  }
}

bool Connection::flush() {
  for (Bytes chunk = protocol_->output(); !chunk.empty(); chunk = protocol_->output()) {
    const ssize_t sent = send(fd_.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (is_transient(errno)) return true;
      close(CloseCause::kEnded);
      return false;
    }
    wrote_ = true;
    protocol_->consume_output(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::settle() {
  if (phase_ == Phase::kLingering) {
    if (input_ended_) close(CloseCause::kEnded);
    return;
  }
  if (!flush()) return;
  const bool blocked = protocol_->output_size() > 0;
  if (!blocked && input_ended_ && !protocol_->answer_pending()) return close(CloseCause::kEnded);
  if (!blocked && protocol_->finished()) return linger();
  if (phase_ == Phase::kHello && protocol_->established()) {
    phase_ = Phase::kOpen;
    timer_.stop();
  }
  if (wrote_) {
    used_ = true;
    last_use_ = std::chrono::steady_clock::now();
  }
  if (phase_ == Phase::kOpen) settle_timer(blocked);
  blocked_ = blocked;
  wrote_ = false;
  const bool readable = !input_ended_ && !protocol_->finished() && protocol_->wants_input();
  watch_.want({.readable = readable, .writable = blocked});
}

// Runs while output waits, else, where idle connections are closed, since the last answer.
void Connection::settle_timer(bool blocked) {
  const bool idles = limits_.idle_timeout.count() > 0;
  if (!blocked && !idles) {
    timer_.stop();
  } else if (wrote_ || blocked != blocked_ || !timer_.running()) {
    timer_.start(blocked ? limits_.write_timeout : limits_.idle_timeout);
  }
}

void Connection::linger() {
  phase_ = Phase::kLingering;
  shutdown(fd_.get(), SHUT_WR);
  timer_.start(limits_.linger_timeout);
  watch_.want({.readable = true});
}

void Connection::on_timeout() {
  switch (phase_) {
    case Phase::kHello:
      return close(CloseCause::kHelloTimeout);
    case Phase::kOpen:
      return close(blocked_ ? CloseCause::kSlowReader : CloseCause::kIdle);
    case Phase::kLingering:
      return close(CloseCause::kLingerTimeout);
    case Phase::kClosed:
      return;
  }
}

void Connection::poke() {
  if (phase_ == Phase::kClosed || phase_ == Phase::kLingering || protocol_->finished()) return;
  protocol_->poke();
  settle();
}

void Connection::begin_drain() {
  if (phase_ != Phase::kClosed) protocol_->begin_drain();
}

void Connection::disconnect_if_quiet() {
  if (++quiet_calls_ > 2) disconnect();
}

void Connection::disconnect() {
  if (phase_ == Phase::kClosed || phase_ == Phase::kLingering || protocol_->finished()) return;
  protocol_->disconnect_normally();
  settle();
}

void Connection::close(CloseCause cause) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  timer_.stop();
  watch_.want({});
  fd_.reset();
  closed_(*this, cause);
}

}  // namespace pointsman::net
