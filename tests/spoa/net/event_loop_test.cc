#include "net/event_loop.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "base/file_descriptor.h"

namespace pointsman::net {
namespace {

using std::chrono::milliseconds;

struct SocketPair {
  SocketPair() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    near = FileDescriptor(fds[0]);
    far = FileDescriptor(fds[1]);
  }
  FileDescriptor near;
  FileDescriptor far;
};

}  // namespace

TEST_CASE("a stop before run counts, and the loop can run again after it") {
  EventLoop loop;
  loop.stop();
  loop.run();
  Timer timer(loop, [&] { loop.stop(); });
  timer.start(milliseconds(1));
  loop.run();
  CHECK_FALSE(timer.running());
}

TEST_CASE("a wake from another thread calls the handler on the loop's thread") {
  EventLoop loop;
  std::thread::id called_on;
  loop.on_wake([&] {
    called_on = std::this_thread::get_id();
    loop.stop();
  });
  std::thread other([&] { loop.wake(); });
  loop.run();
  other.join();
  CHECK(called_on == std::this_thread::get_id());
}

TEST_CASE("a descriptor is reported while it is readable, and not while the watch is paused") {
  EventLoop loop;
  const SocketPair pair;
  int calls = 0;
  FdWatch watch(loop, pair.near.get(), {.readable = true}, [&](Readiness ready) {
    CHECK(ready.readable);
    CHECK_FALSE(ready.writable);
    if (++calls == 3) loop.stop();
  });
  REQUIRE(write(pair.far.get(), "x", 1) == 1);  // never read: reported at each turn
  loop.run();
  CHECK(calls == 3);

  watch.want({});
  Timer timer(loop, [&] { loop.stop(); });
  timer.start(milliseconds(5));
  loop.run();
  CHECK(calls == 3);
}

TEST_CASE("a watch for writing reports it, also when it is asked for later") {
  EventLoop loop;
  const SocketPair pair;
  Readiness seen;
  FdWatch watch(loop, pair.near.get(), {.readable = true}, [&](Readiness ready) {
    seen = ready;
    loop.stop();
  });
  watch.want({.readable = true, .writable = true});
  loop.run();
  CHECK(seen.writable);
  CHECK_FALSE(seen.readable);
}

TEST_CASE("a hang-up counts as readable") {
  EventLoop loop;
  SocketPair pair;
  bool readable = false;
  FdWatch watch(loop, pair.near.get(), {.readable = true}, [&](Readiness ready) {
    readable = ready.readable;
    loop.stop();
  });
  pair.far.reset();
  loop.run();
  CHECK(readable);
}

TEST_CASE("timers fire in the order of their times, once, and not when stopped or restarted") {
  EventLoop loop;
  std::string order;
  Timer first(loop, [&] { order += "1"; });
  Timer second(loop, [&] { order += "2"; });
  Timer stopped(loop, [&] { order += "x"; });
  Timer restarted(loop, [&] {
    order += "3";
    loop.stop();
  });
  restarted.start(milliseconds(1));
  second.start(milliseconds(20));
  stopped.start(milliseconds(1));
  first.start(milliseconds(10));
  restarted.start(milliseconds(30));
  stopped.stop();
  CHECK(restarted.running());
  loop.run();
  CHECK(order == "123");
}

TEST_CASE("before each wait the loop lets its owner tidy up, after the batch's handlers") {
  EventLoop loop;
  std::string order;
  loop.before_wait([&] { order += "b"; });
  Timer timer(loop, [&] {
    order += "t";
    loop.wake();
  });
  loop.on_wake([&] {
    order += "w";
    loop.stop();
  });
  timer.start(milliseconds(1));
  loop.run();
  CHECK(order.substr(order.find('t')) == "tbwb");
}

TEST_CASE("a handler may end other watches of the same batch, which are then not called") {
  EventLoop loop;
  const SocketPair a;
  const SocketPair b;
  int calls = 0;
  std::array<std::unique_ptr<FdWatch>, 2> watches;
  const auto handler = [&](std::size_t other) {
    return [&, other](Readiness) {
      ++calls;
      watches[other].reset();
      loop.stop();
    };
  };
  watches[0] =
      std::make_unique<FdWatch>(loop, a.near.get(), Readiness{.readable = true}, handler(1));
  watches[1] =
      std::make_unique<FdWatch>(loop, b.near.get(), Readiness{.readable = true}, handler(0));
  REQUIRE(write(a.far.get(), "x", 1) == 1);
  REQUIRE(write(b.far.get(), "x", 1) == 1);
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("a signal of the process arrives on the loop's thread") {
  EventLoop loop;
  int signals = 0;
  const SignalWatch watch(loop, SIGUSR2, [&] {
    ++signals;
    loop.stop();
  });
  REQUIRE(kill(getpid(), SIGUSR2) == 0);
  loop.run();
  CHECK(signals == 1);
}

}  // namespace pointsman::net
