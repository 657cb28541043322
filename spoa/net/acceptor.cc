#include "net/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace pointsman::net {
namespace {

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Answers leave at once, and a peer whose machine died is noticed at last.
void set_tcp_options(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

}  // namespace

Acceptor::Acceptor(EventLoop& loop, std::shared_ptr<const ListeningSocket> listening,
                   int accepts_per_batch, std::chrono::milliseconds pause,
                   std::function<void(FileDescriptor)> accepted, std::function<void(int)> shortage)
    : listening_(std::move(listening)),
      pause_(pause),
      accepted_(std::move(accepted)),
      shortage_(std::move(shortage)),
      resume_(loop, [this] { watch_.want({.readable = true}); }),
      watch_(loop, listening_->fd(), {.readable = true},
             [this, accepts_per_batch](Readiness) { accept_waiting(accepts_per_batch); }) {}

void Acceptor::accept_waiting(int at_most) {
  for (int i = 0; i < at_most; ++i) {
    FileDescriptor fd(accept4(listening_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      // Anything but a shortage is about that one connection, or means that none waits.
      if (is_shortage(errno)) pause_accepting(errno);
      return;
    }
    if (listening_->is_tcp()) set_tcp_options(fd.get());
    accepted_(std::move(fd));
  }
}

void Acceptor::pause_accepting(int error) {
  watch_.want({});
  resume_.start(pause_);
  shortage_(error);
}

}  // namespace pointsman::net
