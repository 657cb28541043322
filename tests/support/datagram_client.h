// A UDP socket for tests, connected to one address. What waits does so for an event, at most ten
// seconds; running out of them throws, so that a test that would hang fails instead.
#pragma once

#include <poll.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/file_descriptor.h"
#include "base/listen_address.h"
#include "base/wire_cursor.h"
#include "net/socket_name.h"

namespace pointsman::test {

class DatagramClient {
 public:
  explicit DatagramClient(const ListenAddress& to) {
    const net::SocketName name(*IpAddress::parse(to.host == "::" ? "127.0.0.1" : to.host), to.port);
    fd_ = FileDescriptor(socket(name.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int room = 1 << 20;
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (connect(fd_.get(), name.raw(), name.size()) != 0) {
      throw std::runtime_error(to.to_text() + ": " + std::strerror(errno));
    }
  }

  void send(Bytes datagram) {
    if (::send(fd_.get(), datagram.data(), datagram.size(), 0) < 0) {
      throw std::runtime_error(std::string("send: ") + std::strerror(errno));
    }
  }
  ByteBuffer receive() {
    pollfd wanted{fd_.get(), POLLIN, 0};
    if (poll(&wanted, 1, 10000) != 1) throw std::runtime_error("nothing came for ten seconds");
    return take();
  }
  // Whether something has come already.
  bool has_answer() const {
    pollfd wanted{fd_.get(), POLLIN, 0};
    return poll(&wanted, 1, 0) == 1;
  }

  int fd() const { return fd_.get(); }
  net::SocketName name() const { return net::SocketName::of_local_end(fd_.get()); }

 private:
  ByteBuffer take() {
    ByteBuffer datagram(65536);
    const ssize_t got = recv(fd_.get(), datagram.data(), datagram.size(), 0);
    if (got < 0) throw std::runtime_error(std::string("recv: ") + std::strerror(errno));
    datagram.resize(static_cast<std::size_t>(got));
    return datagram;
  }

  FileDescriptor fd_;
};

}  // namespace pointsman::test
