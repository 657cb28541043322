#include "net/listening_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/socket_client.h"
#include "support/temporary_folder.h"

namespace pointsman::net {
namespace {

using test::SocketClient;
using test::TemporaryFolder;

ListenAddress unix_address(const TemporaryFolder& folder) {
  return *ListenAddress::parse("unix:" + folder.path("s.sock"));
}

unsigned mode_of(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 ? file.st_mode & 07777u : 0;
}

// The file of a listener whose process died: bound, listening no more.
void leave_stale_file(const ListenAddress& address) { REQUIRE(bind_unix(address, {})); }

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

TEST_CASE("a unix socket has the mode that was asked for, whatever the umask is") {
  const TemporaryFolder folder;
  for (const unsigned mode : {0660u, 0600u, 0666u}) {
    const auto listening = ListeningSocket::open(unix_address(folder), {.mode = mode});
    REQUIRE(listening);
    CHECK(mode_of(folder.path("s.sock")) == mode);
  }
}

TEST_CASE("a unix socket's owner is given by names or numbers, and an unknown one is an error") {
  const TemporaryFolder folder;
  const std::string user = std::to_string(getuid());
  const std::string group = std::to_string(getgid());
  for (const std::string& owner : {user, user + ":" + group, ":" + group, std::string()}) {
    INFO(owner);
    CHECK(ListeningSocket::open(unix_address(folder), {.owner = owner}));
  }
  for (const std::string owner : {"nobody-by-this-name", ":no-such-group", "-1"}) {
    INFO(owner);
    const auto refused = ListeningSocket::open(unix_address(folder), {.owner = owner});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("no ") != std::string::npos);
  }
}

TEST_CASE("a stale socket file is replaced") {
  const TemporaryFolder folder;
  leave_stale_file(unix_address(folder));
  REQUIRE(std::filesystem::exists(folder.path("s.sock")));
  const auto listening = ListeningSocket::open(unix_address(folder), {});
  REQUIRE(listening);
  CHECK(SocketClient(unix_address(folder)).connect());
}

TEST_CASE(
    "a socket file with a listener behind it is left alone, and so is a file of another kind") {
  const TemporaryFolder folder;
  const auto listening = ListeningSocket::open(unix_address(folder), {});
  REQUIRE(listening);
  const auto second = ListeningSocket::open(unix_address(folder), {});
  REQUIRE_FALSE(second);
  CHECK(second.error().message.ends_with("another process listens there"));
  CHECK(SocketClient(unix_address(folder)).connect());

  folder.write("precious", "text");
  const auto third =
      ListeningSocket::open(*ListenAddress::parse("unix:" + folder.path("precious")), {});
  REQUIRE_FALSE(third);
  CHECK(third.error().message.ends_with("is no socket"));
  CHECK(folder.read("precious") == "text");
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
