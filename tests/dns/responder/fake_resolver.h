// A resolver for tests: takes queries by UDP or TCP on one port of the loopback address, and
// answers when the test says so.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

#include "dns/responder/service_sockets.h"
#include "net/socket_name.h"

namespace pointsman::test {

class FakeResolver {
 public:
  FakeResolver() {
    auto opened = dns::open_service_sockets({*ListenAddress::parse("127.0.0.1:0")}, 1);
    if (!opened) throw std::runtime_error(opened.error().message);
    sockets_ = std::move(*opened);
  }

  std::uint16_t port() const { return udp().address().port; }

  struct Query {
    ByteBuffer message;
    net::SocketName from;
  };
  Query take_by_udp() {
    wait_for(udp().fd());
    Query query{ByteBuffer(65536), {}};
    socklen_t room = net::SocketName::kRoom;
    const ssize_t got = recvfrom(udp().fd(), query.message.data(), query.message.size(), 0,
                                 query.from.raw(), &room);
    query.message.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return query;
  }
  void answer_by_udp(const Query& query, Bytes reply) {
    sendto(udp().fd(), reply.data(), reply.size(), 0, query.from.raw(), query.from.size());
  }
  bool was_asked() const { return is_readable(udp().fd()); }

  int udp_fd() const { return udp().fd(); }

  // The next connection.
  FileDescriptor accept_tcp() {
    wait_for(listening());
    return FileDescriptor(accept4(listening(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  bool has_connection() const { return is_readable(listening()); }

 private:
  const net::UdpSocket& udp() const { return *sockets_.front().udp.front(); }
  int listening() const { return sockets_.front().listeners.front()->fd(); }
  static bool is_readable(int fd, int timeout_ms = 0) {
    pollfd wanted{fd, POLLIN, 0};
    return poll(&wanted, 1, timeout_ms) == 1;
  }
  static void wait_for(int fd) {
    if (!is_readable(fd, 10000)) throw std::runtime_error("nobody asked for ten seconds");
  }

  std::vector<dns::ServiceSockets> sockets_;
};

}  // namespace pointsman::test
