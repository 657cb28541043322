#include "net/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <vector>

#include "support/socket_client.h"

namespace pointsman::net {
namespace {

using std::chrono::milliseconds;
using test::SocketClient;

constexpr milliseconds kPause{20};

int option_of(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  getsockopt(fd, level, name, &value, &size);
  return value;
}

// While it lives, the process can open no descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const FileDescriptor lowest_free(dup(0));
    const rlimit none{static_cast<rlim_t>(lowest_free.get()), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

struct Fixture {
  std::shared_ptr<const ListeningSocket> listening =
      *ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  EventLoop loop;
  std::vector<FileDescriptor> accepted;
  std::size_t wanted = 1;
  std::vector<int> shortages;
  std::size_t shortages_wanted = 0;  // 0: any number, the loop goes on
  Acceptor acceptor{loop,
                    listening,
                    limits::kAcceptsPerBatch,
                    kPause,
                    [this](FileDescriptor fd) {
                      accepted.push_back(std::move(fd));
                      if (accepted.size() == wanted) loop.stop();
                    },
                    [this](int error) {
                      shortages.push_back(error);
                      if (shortages.size() == shortages_wanted) loop.stop();
                    }};
};

}  // namespace

TEST_CASE("an accepted TCP connection sends small answers at once and notices dead peers") {
  Fixture fixture;
  SocketClient client(fixture.listening->address());
  REQUIRE(client.connect());
  fixture.loop.run();
  const int fd = fixture.accepted.front().get();
  CHECK(option_of(fd, IPPROTO_TCP, TCP_NODELAY) != 0);
  CHECK(option_of(fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
}

TEST_CASE("a burst of connections is taken in batches of at most their number") {
  Fixture fixture;
  const int burst = limits::kAcceptsPerBatch + 1;
  std::vector<SocketClient> clients;
  for (int i = 0; i < burst; ++i)
    clients.push_back(SocketClient::connected(fixture.listening->address()));
  fixture.acceptor.accept_waiting(limits::kAcceptsPerBatch);
  CHECK(fixture.accepted.size() == static_cast<std::size_t>(limits::kAcceptsPerBatch));
  fixture.acceptor.accept_waiting(limits::kAcceptsPerBatch);
  CHECK(fixture.accepted.size() == static_cast<std::size_t>(burst));
}

TEST_CASE("without descriptors the acceptor pauses instead of spinning, and goes on later") {
  Fixture fixture;
  fixture.wanted = 3;
  int turns = 0;
  fixture.loop.before_wait([&] { ++turns; });
  std::vector<SocketClient> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(fixture.listening->address());
  fixture.shortages_wanted = 2;
  bool all_connected = true;
  {
    // Nothing is checked in here: UBSan looks into objects by way of a pipe.
    const NoDescriptors none;
    for (SocketClient& client : clients) all_connected = client.connect() && all_connected;
    fixture.loop.run();
  }
  CHECK(all_connected);
  CHECK(fixture.accepted.empty());
  CHECK(fixture.acceptor.paused());
  CHECK(fixture.shortages == std::vector{EMFILE, EMFILE});
  CHECK(turns < 20);  // some for each pause; thousands where it spins
  fixture.loop.run();
  CHECK(fixture.accepted.size() == 3);
}

}  // namespace pointsman::net
