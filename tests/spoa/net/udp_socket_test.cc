#include "net/udp_socket.h"

#include <arpa/inet.h>
#include <sys/syscall.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>

#include "support/datagram_client.h"

namespace {

int fault = 0;  // what sendmmsg() fails with, if not 0

}  // namespace

// The program's own sendmmsg(): on loopback the kernel's never lacks room.
extern "C" int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  if (fault != 0) {
    errno = fault;
    return -1;
  }
  return static_cast<int>(syscall(SYS_sendmmsg, fd, messages, count, flags));
}

namespace pointsman::net {
namespace {

using test::DatagramClient;

const ListenAddress kLoopback = *ListenAddress::parse("127.0.0.1:0");

std::size_t echo(const DatagramPath& /*from*/, Bytes datagram, std::span<std::uint8_t> out) {
  std::copy(datagram.begin(), datagram.end(), out.begin());
  return datagram.size();
}

std::unique_ptr<UdpSocket> opened(const ListenAddress& address, PortUse use = PortUse::kTake) {
  auto socket = UdpSocket::open(address, use);
  REQUIRE(socket);
  return std::move(*socket);
}

}  // namespace

TEST_CASE("a datagram is answered from the address that was asked, on one address or on all") {
  for (const char* text : {"127.0.0.1:0", "[::1]:0", "*:0", "0.0.0.0:0"}) {
    INFO(text);
    const auto socket = opened(*ListenAddress::parse(text));
    CHECK(socket->address().port != 0);
    DatagramClient client(socket->address());  // connected: takes answers from there only
    client.send(as_bytes("hello"));
    socket->serve(echo);
    CHECK(as_text(client.receive()) == "hello");
    CHECK(socket->counters().sent == 1);
  }
}

TEST_CASE("each of several addresses of this machine answers for itself") {
  const auto socket = opened(*ListenAddress::parse("*:0"));
  for (const char* host : {"127.0.0.1", "127.0.0.2", "127.1.2.3", "::1"}) {
    INFO(host);
    ListenAddress there = socket->address();
    there.host = host;
    DatagramClient client(there);
    client.send(as_bytes("hello"));
    IpAddress asked;
    socket->serve([&](const DatagramPath& from, Bytes datagram, std::span<std::uint8_t> out) {
      asked = from.local;
      return echo(from, datagram, out);
    });
    CHECK(asked == IpAddress::parse(host));
    CHECK(as_text(client.receive()) == "hello");
  }
}

TEST_CASE("a later answer takes the same way") {
  for (const char* text : {"127.0.0.1:0", "*:0"}) {
    INFO(text);
    const auto socket = opened(*ListenAddress::parse(text));
    DatagramClient client(socket->address());
    client.send(as_bytes("hello"));
    DatagramPath from;
    socket->serve([&](const DatagramPath& path, Bytes, std::span<std::uint8_t>) {
      from = path;
      return std::size_t{0};
    });
    CHECK(socket->counters().sent == 0);
    socket->send(from, as_bytes("at last"));
    CHECK(as_text(client.receive()) == "at last");
    CHECK(socket->counters().sent == 1);
  }
}

TEST_CASE("a turn takes so many datagrams, and the rest is the next one's") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  for (unsigned i = 0; i <= limits::kDatagramsPerWake; ++i) client.send(as_bytes("x"));
  socket->serve(echo);
  CHECK(socket->counters().received == limits::kDatagramsPerWake);
  socket->serve(echo);
  CHECK(socket->counters().received == limits::kDatagramsPerWake + 1);
  for (unsigned i = 0; i <= limits::kDatagramsPerWake; ++i) CHECK(client.receive().size() == 1);
}

TEST_CASE("a batch and one more are answered in order") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  for (unsigned i = 0; i <= limits::kDatagramBatch; ++i) client.send(as_bytes(std::to_string(i)));
  socket->serve(echo);
  for (unsigned i = 0; i <= limits::kDatagramBatch; ++i) {
    CHECK(as_text(client.receive()) == std::to_string(i));
  }
}

TEST_CASE("a datagram of the longest size is taken, a longer one is counted and not answered") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  client.send(ByteBuffer(limits::kDatagramInputBytes + 1));
  client.send(ByteBuffer(limits::kDatagramInputBytes));
  socket->serve(echo);
  CHECK(client.receive().size() == limits::kDatagramInputBytes);
  CHECK(socket->counters().oversized == 1);
}

TEST_CASE("an empty datagram is one too") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  client.send({});
  std::size_t size = 1;
  socket->serve([&](const DatagramPath&, Bytes datagram, std::span<std::uint8_t>) {
    size = datagram.size();
    return std::size_t{0};
  });
  CHECK(size == 0);
}

TEST_CASE("an answer that can't be sent is dropped and counted, others of its batch are sent") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  client.send(as_bytes("1"));
  client.send(as_bytes("2"));
  client.send(as_bytes("3"));
  socket->serve([](const DatagramPath& from, Bytes datagram, std::span<std::uint8_t> out) {
    if (as_text(datagram) != "2") return echo(from, datagram, out);
    CHECK(out.size() >= limits::kDatagramBytes);
    return limits::kDatagramBytes;  // more than IPv4 can carry
  });
  CHECK(as_text(client.receive()) == "1");
  CHECK(as_text(client.receive()) == "3");
  CHECK(socket->counters().send_failures == 1);
  CHECK(socket->counters().sent == 2);
}

TEST_CASE("the largest answers that IPv4 carries are sent, however many are due") {
  const auto socket = opened(kLoopback);
  DatagramClient client(socket->address());
  for (char c = 'a'; c < 'e'; ++c) client.send(as_bytes(std::string(1, c)));
  socket->serve([](const DatagramPath&, Bytes datagram, std::span<std::uint8_t> out) {
    std::fill_n(out.begin(), 65507, datagram[0]);
    return std::size_t{65507};
  });
  for (char c = 'a'; c < 'e'; ++c) {
    CHECK(as_text(client.receive()) == std::string(65507, c));
  }
}

TEST_CASE("where the kernel has no room, a batch of answers is dropped and counted at once") {
  for (const int error : {EAGAIN, ENOBUFS}) {
    INFO(std::strerror(error));
    const auto socket = opened(kLoopback);
    DatagramClient client(socket->address());
    for (int i = 0; i < 3; ++i) client.send(as_bytes("x"));
    fault = error;
    socket->serve(echo);
    fault = 0;
    CHECK(socket->counters().send_failures == 3);
    client.send(as_bytes("next"));
    socket->serve(echo);
    CHECK(as_text(client.receive()) == "next");
  }
}

TEST_CASE("what the kernel lost for want of room is counted at the next arrival") {
  auto small = UdpSocket::open(kLoopback, PortUse::kTake, 1);  // the kernel makes that some kB
  REQUIRE(small);
  DatagramClient client((*small)->address());
  constexpr std::uint64_t kSent = 200;
  for (std::uint64_t i = 0; i < kSent; ++i) client.send(ByteBuffer(1000));
  for (int turn = 0; turn < 4; ++turn) (*small)->serve(echo);
  const std::uint64_t received = (*small)->counters().received;
  CHECK(received < kSent);
  client.send(as_bytes("next"));
  (*small)->serve(echo);
  CHECK((*small)->counters().lost == kSent - received);
}

TEST_CASE("the kernel's queue has the size that is wished for, as far as the system allows") {
  const auto socket = opened(kLoopback);
  int usual = 0;
  int wished = 0;
  socklen_t size = sizeof usual;
  const FileDescriptor other(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int wish = static_cast<int>(limits::kDatagramQueueBytes);
  setsockopt(other.get(), SOL_SOCKET, SO_RCVBUF, &wish, sizeof wish);
  getsockopt(other.get(), SOL_SOCKET, SO_RCVBUF, &usual, &size);
  getsockopt(socket->fd(), SOL_SOCKET, SO_RCVBUF, &wished, &size);
  CHECK(wished == usual);
}

TEST_CASE("what seems to come from the socket itself is counted and not answered") {
  for (const char* text : {"127.0.0.1:0", "*:0"}) {
    INFO(text);
    const auto socket = opened(*ListenAddress::parse(text));
    const SocketName self(*IpAddress::parse("127.0.0.1"), socket->address().port);
    DatagramPath to_itself{self, *IpAddress::parse("127.0.0.1")};
    if (SocketName::of_local_end(socket->fd()).family() == AF_INET6) {
      // IPv6 sockets reach IPv4 addresses by their mapped names.
      sockaddr_in6 mapped{};
      mapped.sin6_family = AF_INET6;
      mapped.sin6_port = htons(self.port());
      inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
      std::memcpy(to_itself.peer.raw(), &mapped, sizeof mapped);
    }
    socket->send(to_itself, as_bytes("loop"));
    CHECK(socket->counters().sent == 1);
    socket->serve(echo);
    CHECK(socket->counters().received == 1);
    CHECK(socket->counters().unanswerable == 1);
    CHECK(socket->counters().sent == 1);
  }
}

TEST_CASE("port 0 is never answered, and our own port only on other machines") {
  const IpAddress ours = *IpAddress::parse("10.0.0.1");
  const IpAddress theirs = *IpAddress::parse("10.0.0.2");
  CHECK_FALSE(may_answer({SocketName(theirs, 0), ours}, 53));
  CHECK_FALSE(may_answer({SocketName(ours, 53), ours}, 53));
  CHECK(may_answer({SocketName(theirs, 53), ours}, 53));
  CHECK(may_answer({SocketName(ours, 54), ours}, 53));
}

TEST_CASE("sockets of workers share a port, and one of them gets a datagram") {
  const auto first = opened(kLoopback);
  const auto second = opened(first->address(), PortUse::kJoin);
  CHECK_FALSE(UdpSocket::open(first->address(), PortUse::kTake));
  for (int i = 0; i < 20; ++i) {
    DatagramClient client(first->address());
    client.send(as_bytes("hello"));
    first->serve(echo);
    second->serve(echo);
    CHECK(as_text(client.receive()) == "hello");
  }
  CHECK(first->counters().received + second->counters().received == 20);
}

TEST_CASE("counters of sockets add up") {
  UdpCounters sum{.received = 1, .sent = 2, .lost = 3};
  sum += {.received = 10,
          .sent = 20,
          .lost = 30,
          .oversized = 40,
          .unanswerable = 50,
          .send_failures = 60};
  CHECK(sum.received == 11);
  CHECK(sum.sent == 22);
  CHECK(sum.lost == 33);
  CHECK(sum.oversized == 40);
  CHECK(sum.unanswerable == 50);
  CHECK(sum.send_failures == 60);
}

}  // namespace pointsman::net
