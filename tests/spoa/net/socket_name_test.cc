#include "net/socket_name.h"

#include <catch2/catch.hpp>

#include "net/bind_port.h"

namespace pointsman::net {

TEST_CASE("a name has the address and port that it was made of") {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::", "0.0.0.0"}) {
    INFO(text);
    const IpAddress address = *IpAddress::parse(text);
    const SocketName name(address, 8600);
    CHECK(name.address() == address);
    CHECK(name.port() == 8600);
    CHECK(name.family() == (address.is_v4() ? AF_INET : AF_INET6));
    CHECK(name.size() <= SocketName::kRoom);
  }
}

TEST_CASE("both ends of a connected socket have their names") {
  const auto bound = bind_port(*ListenAddress::parse("[::1]:0"), Transport::kUdp, PortUse::kTake);
  REQUIRE(bound);
  const SocketName server = SocketName::of_local_end(bound->get());
  const FileDescriptor client(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(client.get(), server.raw(), server.size()) == 0);
  CHECK(SocketName::of_peer(client.get()).port() == bound_port(bound->get()));
  CHECK(SocketName::of_peer(client.get()).address() == IpAddress::parse("::1"));
  CHECK(SocketName::of_local_end(client.get()).address() == IpAddress::parse("::1"));
}

}  // namespace pointsman::net
