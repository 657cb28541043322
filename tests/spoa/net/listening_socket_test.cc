#include "net/listening_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"

namespace pointsman::net {
namespace {

using test::SocketClient;
using test::TemporaryFolder;

ListenAddress unix_address(const TemporaryFolder& folder) {
  return *ListenAddress::parse("unix:" + folder.path("s.sock"));
}

}  // namespace

TEST_CASE("a TCP listener reports the port that the kernel chose and takes connections") {
  for (const char* text : {"127.0.0.1:0", "[::1]:0", "*:0"}) {
    INFO(text);
    const auto listening = ListeningSocket::open(*ListenAddress::parse(text), {});
    REQUIRE(listening);
    CHECK((*listening)->address().port != 0);
    CHECK(SocketClient((*listening)->address()).connect());
  }
}

TEST_CASE("as many connections wait as the limit says, or as the system allows") {
  const auto listening = ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  REQUIRE(listening);
  tcp_info info{};
  socklen_t size = sizeof info;
  REQUIRE(getsockopt((*listening)->fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
  unsigned allowed = 0;
  std::ifstream("/proc/sys/net/core/somaxconn") >> allowed;
  // Of a socket that listens, this field is the length of its queue.
  CHECK(info.tcpi_sacked == std::min(allowed, static_cast<unsigned>(limits::kListenBacklog)));
}

TEST_CASE("workers have a TCP socket each on one port, and one unix socket between them") {
  const TemporaryFolder folder;
  const auto listeners =
      open_listeners({*ListenAddress::parse("127.0.0.1:0"), unix_address(folder)}, 2, {});
  REQUIRE(listeners);
  REQUIRE(listeners->size() == 2);
  const Listeners& first = listeners->front();
  const Listeners& second = listeners->back();
  CHECK(first[0]->address() == second[0]->address());
  CHECK(first[0]->fd() != second[0]->fd());
  CHECK(first[1] == second[1]);
}

TEST_CASE("the socket file goes with its listener, but not when another took its place") {
  const TemporaryFolder folder;
  const std::string path = folder.path("s.sock");
  {
    const auto listening = ListeningSocket::open(unix_address(folder), {});
    REQUIRE(listening);
  }
  CHECK_FALSE(std::filesystem::exists(path));

  auto old = ListeningSocket::open(unix_address(folder), {});
  REQUIRE(old);
  std::filesystem::rename(path, folder.path("moved"));
  const auto successor = ListeningSocket::open(unix_address(folder), {});
  REQUIRE(successor);
  old->reset();
  CHECK(SocketClient(unix_address(folder)).connect());
}

}  // namespace pointsman::net
