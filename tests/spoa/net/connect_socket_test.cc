#include "net/connect_socket.h"

#include <poll.h>

#include <catch2/catch.hpp>

#include "net/listening_socket.h"

namespace pointsman::net {

TEST_CASE("a UDP socket is connected to its peer, from a port of its own") {
  const SocketName peer(*IpAddress::parse("127.0.0.1"), 53);
  const FileDescriptor a = connect_socket(peer, Transport::kUdp);
  const FileDescriptor b = connect_socket(peer, Transport::kUdp);
  REQUIRE(a);
  REQUIRE(b);
  CHECK(SocketName::of_peer(a.get()).port() == 53);
  CHECK(bound_port(a.get()) != 0);
  CHECK(bound_port(a.get()) != bound_port(b.get()));
}

TEST_CASE("a TCP socket becomes writable once it is connected") {
  const auto listening = ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  REQUIRE(listening);
  const SocketName peer = SocketName::of_local_end((*listening)->fd());
  const FileDescriptor fd = connect_socket(peer, Transport::kTcp);
  REQUIRE(fd);
  pollfd wanted{fd.get(), POLLOUT, 0};
  REQUIRE(poll(&wanted, 1, 10000) == 1);
  CHECK(SocketName::of_peer(fd.get()).port() == peer.port());
}

TEST_CASE("where no connection can be, there is no socket") {
  const SocketName broadcast(*IpAddress::parse("255.255.255.255"), 53);
  CHECK_FALSE(connect_socket(broadcast, Transport::kUdp));
}

}  // namespace pointsman::net
