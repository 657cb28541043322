#include "dns/responder/service_sockets.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

ListenAddress address(const char* text) { return *ListenAddress::parse(text); }

}  // namespace

TEST_CASE("each worker has a socket for UDP and one for TCP, all on one port") {
  const auto sockets = open_service_sockets({address("127.0.0.1:0"), address("[::1]:0")}, 3);
  REQUIRE(sockets);
  REQUIRE(sockets->size() == 3);
  for (const ServiceSockets& of_worker : *sockets) {
    REQUIRE(of_worker.udp.size() == 2);
    REQUIRE(of_worker.listeners.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(of_worker.udp[i]->address() == sockets->front().udp[i]->address());
      CHECK(of_worker.listeners[i]->address() == of_worker.udp[i]->address());
    }
  }
}

TEST_CASE("a port that somebody has for UDP or TCP is an error that says so") {
  auto first = open_service_sockets({address("127.0.0.1:0")}, 1);
  REQUIRE(first);
  const ListenAddress taken = first->front().udp.front()->address();
  const std::string in_use =
      "Address already in use, by another process or another listener of ours";
  CHECK(open_service_sockets({taken}, 1).error().message == taken.to_text() + ": bind: " + in_use);
  first->front().listeners.clear();
  CHECK(open_service_sockets({taken}, 1).error().message ==
        taken.to_text() + ": bind UDP: " + in_use);
  first->front().udp.clear();
  CHECK(open_service_sockets({taken}, 1));
}

TEST_CASE("a unix socket is no place for DNS") {
  const auto sockets = open_service_sockets({address("unix:/tmp/dns.sock")}, 1);
  REQUIRE_FALSE(sockets);
  CHECK(sockets.error().message == "unix:/tmp/dns.sock: DNS needs an address and a port");
}

TEST_CASE("where a port is chosen, it is free for UDP and TCP even if most are not") {
  // Enough attempts that some meet a port which UDP sockets of others have.
  std::vector<std::unique_ptr<net::UdpSocket>> others;
  for (int i = 0; i < 500; ++i) {
    auto other = net::UdpSocket::open(address("127.0.0.1:0"), net::PortUse::kTake);
    if (other) others.push_back(std::move(*other));
  }
  for (int i = 0; i < limits::kPortChoices; ++i) {
    CHECK(open_service_sockets({address("127.0.0.1:0")}, 1));
  }
}

}  // namespace pointsman::dns
