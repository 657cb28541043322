#include "net/bind_unix.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "net/listening_socket.h"
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

}  // namespace pointsman::net
