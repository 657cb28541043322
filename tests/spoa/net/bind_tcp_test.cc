#include "net/bind_tcp.h"

#include <catch2/catch.hpp>

#include "net/listening_socket.h"
#include "support/socket_client.h"

namespace pointsman::net {

using test::SocketClient;

TEST_CASE("a listener on all addresses takes IPv4 connections too") {
  const auto listening = ListeningSocket::open(*ListenAddress::parse("*:0"), {});
  REQUIRE(listening);
  ListenAddress v4 = (*listening)->address();
  v4.host = "127.0.0.1";
  CHECK(SocketClient(v4).connect());
}

TEST_CASE("an address that is not this machine's is an error that names it") {
  const auto listening = ListeningSocket::open(*ListenAddress::parse("192.0.2.1:9012"), {});
  REQUIRE_FALSE(listening);
  CHECK(listening.error().message.starts_with("192.0.2.1:9012: bind: "));
}

TEST_CASE("a bound socket has the port that was asked for, and others of the user may share it") {
  const auto first = bind_tcp(*ListenAddress::parse("127.0.0.1:0"));
  REQUIRE(first);
  ListenAddress same = *ListenAddress::parse("127.0.0.1:0");
  same.port = bound_port(first->get());
  const auto second = bind_tcp(same);
  REQUIRE(second);
  CHECK(bound_port(second->get()) == same.port);
}

}  // namespace pointsman::net
