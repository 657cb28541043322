// A blocking client socket for tests. What waits does so for an event, at most ten seconds; running
// out of them throws, so that a test that would hang fails instead.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/file_descriptor.h"
#include "base/listen_address.h"
#include "base/wire_cursor.h"

namespace pointsman::test {

class SocketClient {
 public:
  // A socket that is not connected yet.
  explicit SocketClient(ListenAddress to) : to_(std::move(to)) {
    const bool v6 = to_.host.find(':') != std::string::npos;
    const int family = to_.kind == ListenAddress::Kind::kUnix ? AF_UNIX : v6 ? AF_INET6 : AF_INET;
    fd_ = FileDescriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd_) throw std::runtime_error(std::strerror(errno));
  }
  static SocketClient connected(const ListenAddress& to) {
    SocketClient client(to);
    if (!client.connect()) throw std::runtime_error(to.to_text() + ": " + std::strerror(errno));
    return client;
  }

  bool connect() {
    sockaddr_storage name{};
    socklen_t length = 0;
    if (to_.kind == ListenAddress::Kind::kUnix) {
      auto& unix_name = reinterpret_cast<sockaddr_un&>(name);
      unix_name.sun_family = AF_UNIX;
      to_.path.copy(unix_name.sun_path, sizeof unix_name.sun_path - 1);
      length = sizeof unix_name;
    } else if (to_.host.find(':') != std::string::npos) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(to_.port);
      inet_pton(AF_INET6, to_.host.c_str(), &v6.sin6_addr);
      length = sizeof v6;
    } else {
      auto& v4 = reinterpret_cast<sockaddr_in&>(name);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(to_.port);
      inet_pton(AF_INET, to_.host.c_str(), &v4.sin_addr);
      length = sizeof v4;
    }
    return ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&name), length) == 0;
  }

  // Small, so that what the peer sends piles up on its side. Before connect().
  void shrink_receive_buffer() {
    const int bytes = 4096;
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  void send(Bytes bytes) {
    while (!bytes.empty()) {
      wait_for(POLLOUT);
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  // What can be sent without waiting: 0 when the way is full, negative when the peer is gone.
  ssize_t send_some(Bytes bytes) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : sent;
  }

  // What one read yields; empty at the end, be it a close or a reset.
  ByteBuffer receive_some(std::size_t at_most = 65536) {
    wait_for(POLLIN);
    ByteBuffer bytes(at_most);
    const ssize_t got = recv(fd_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }
  // Exactly that many, or fewer where the peer ended.
  ByteBuffer receive(std::size_t size) {
    ByteBuffer bytes;
    while (bytes.size() < size) {
      const ByteBuffer some = receive_some(size - bytes.size());
      if (some.empty()) break;
      append_bytes(bytes, some);
    }
    return bytes;
  }
  bool at_end() { return receive_some(1).empty(); }

  void end_writing() { shutdown(fd_.get(), SHUT_WR); }
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.reset();
  }
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

 private:
  void wait_for(short event) {
    pollfd wanted{fd_.get(), event, 0};
    if (poll(&wanted, 1, 10000) != 1) throw std::runtime_error("nothing happened for ten seconds");
  }

  ListenAddress to_;
  FileDescriptor fd_;
};

}  // namespace pointsman::test
