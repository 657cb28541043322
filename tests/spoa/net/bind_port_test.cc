#include "net/bind_port.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cerrno>

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

TEST_CASE("a bound socket has the port that was asked for") {
  const auto first =
      bind_port(*ListenAddress::parse("127.0.0.1:0"), Transport::kTcp, PortUse::kTake);
  REQUIRE(first);
  CHECK(bound_port(first->get()) != 0);
}

TEST_CASE("a port is taken by one, who lets others join once it listens") {
  for (const char* text : {"127.0.0.1:0", "[::1]:0", "*:0"}) {
    INFO(text);
    const auto first = ListeningSocket::open(*ListenAddress::parse(text), {}, PortUse::kTake);
    REQUIRE(first);
    const ListenAddress same = (*first)->address();
    const auto taken = ListeningSocket::open(same, {}, PortUse::kTake);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().message == same.to_text() +
                                       ": bind: Address already in use, by another "
                                       "process or another listener of ours");
    const auto joined = ListeningSocket::open(same, {}, PortUse::kJoin);
    REQUIRE(joined);
    CHECK((*joined)->address() == same);
    CHECK_FALSE(ListeningSocket::open(same, {}, PortUse::kTake));
  }
}

TEST_CASE("of two who bind the same port at once, one gets to listen") {
  const auto first =
      bind_port(*ListenAddress::parse("127.0.0.1:0"), Transport::kTcp, PortUse::kTake);
  REQUIRE(first);
  ListenAddress same = *ListenAddress::parse("127.0.0.1:0");
  same.port = bound_port(first->get());
  const auto second = bind_port(same, Transport::kTcp, PortUse::kTake);
  REQUIRE(second);
  REQUIRE(listen(first->get(), 1) == 0);
  REQUIRE(let_others_join(first->get(), same));
  CHECK(listen(second->get(), 1) != 0);
  CHECK(errno == EADDRINUSE);
}

TEST_CASE("a UDP port is taken by one, who lets others join") {
  const auto first =
      bind_port(*ListenAddress::parse("127.0.0.1:0"), Transport::kUdp, PortUse::kTake);
  REQUIRE(first);
  ListenAddress same = *ListenAddress::parse("127.0.0.1:0");
  same.port = bound_port(first->get());
  CHECK_FALSE(bind_port(same, Transport::kUdp, PortUse::kJoin));
  REQUIRE(let_others_join(first->get(), same));
  CHECK(bind_port(same, Transport::kUdp, PortUse::kJoin));
  const auto taken = bind_port(same, Transport::kUdp, PortUse::kTake);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message.starts_with(same.to_text() + ": bind UDP: Address already in use"));
}

}  // namespace pointsman::net
