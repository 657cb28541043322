#include "net/worker.h"

#include <catch2/catch.hpp>
#include <thread>

#include "spoa/net/line_protocol.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"

namespace pointsman::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::LineProtocol;
using test::SocketClient;

std::unique_ptr<StreamProtocol> make_lines(const ListenAddress& /*from*/) {
  return std::make_unique<LineProtocol>();
}

struct Fixture {
  explicit Fixture(const WorkerOptions& options = {},
                   const ListenAddress& listen = *ListenAddress::parse("127.0.0.1:0"))
      : Fixture(options, *ListeningSocket::open(listen, {})) {}
  Fixture(const WorkerOptions& options, std::shared_ptr<const ListeningSocket> listening)
      : address(listening->address()), worker({std::move(listening)}, options, make_lines) {
    worker.start();
  }

  SocketClient greeted() {
    SocketClient client = SocketClient::connected(address);
    say(client, "hello\n");
    return client;
  }
  void say(SocketClient& client, std::string_view line) {
    client.send(as_bytes(line));
    CHECK(as_text(client.receive(line.size())) == line);
  }
  ConnectionCounters counters() {
    ConnectionCounters counters;
    worker.run_between_batches([&] { counters = worker.counters(); });
    return counters;
  }

  ListenAddress address;
  Worker worker;
};

}  // namespace

TEST_CASE("a worker serves several connections over TCP and over a unix socket") {
  const test::TemporaryFolder folder;
  for (const std::string& text : {std::string("127.0.0.1:0"), "unix:" + folder.path("s.sock")}) {
    INFO(text);
    Fixture fixture({}, *ListenAddress::parse(text));
    SocketClient a = fixture.greeted();
    SocketClient b = fixture.greeted();
    fixture.say(b, "from b\n");
    fixture.say(a, "from a\n");
    CHECK(fixture.counters().open == 2);
    a.close();
    fixture.say(b, "still there\n");
    CHECK(fixture.counters().accepted == 2);
  }
}

TEST_CASE("a protocol is made for the listener that its connection came from") {
  auto a = *ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  auto b = *ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  const ListenAddress to_b = b->address();
  std::vector<ListenAddress> made_for;
  Worker worker({std::move(a), std::move(b)}, {}, [&](const ListenAddress& from) {
    made_for.push_back(from);
    return make_lines(from);
  });
  worker.start();
  SocketClient client = SocketClient::connected(to_b);
  client.send(as_bytes("hello\n"));
  CHECK(as_text(client.receive(6)) == "hello\n");
  worker.run_between_batches([&] { CHECK(made_for == std::vector{to_b}); });
}

TEST_CASE("a connection beyond the limit is closed and counted, and room is used again") {
  Fixture fixture({.connections = 2});
  SocketClient a = fixture.greeted();
  SocketClient b = fixture.greeted();
  SocketClient c = SocketClient::connected(fixture.address);
  CHECK(c.at_end());
  CHECK(fixture.counters().refused == 1);
  a.send(as_bytes("bye\n"));
  CHECK(as_text(a.receive(100)) == "bye\n");
  a.close();
  while (fixture.counters().open == 2) std::this_thread::yield();
  SocketClient d = fixture.greeted();
  CHECK(fixture.counters().open == 2);
}

TEST_CASE("where connections are evicted, a new one takes the place of the one used longest ago") {
  Fixture fixture({.connections = 2, .evict = true});
  SocketClient a = fixture.greeted();
  SocketClient b = fixture.greeted();
  fixture.say(a, "still there\n");
  b.send(as_bytes("bytes that need no ans"));
  SocketClient c = fixture.greeted();
  CHECK(b.at_end());
  fixture.say(a, "one\n");
  fixture.say(c, "two\n");
  CHECK(fixture.counters().evicted == 1);
  CHECK(fixture.counters().refused == 0);
  CHECK(fixture.counters().open == 2);
}

TEST_CASE("connections that had no answer are evicted first, the oldest of them before others") {
  Fixture fixture({.connections = 3, .evict = true});
  SocketClient used = fixture.greeted();
  SocketClient silent = SocketClient::connected(fixture.address);
  while (fixture.counters().accepted != 2) std::this_thread::yield();
  SocketClient later = SocketClient::connected(fixture.address);
  while (fixture.counters().accepted != 3) std::this_thread::yield();
  SocketClient first = fixture.greeted();
  CHECK(silent.at_end());
  SocketClient second = fixture.greeted();
  CHECK(later.at_end());
  fixture.say(used, "still there\n");
}

TEST_CASE("counters of workers add up") {
  ConnectionCounters sum{.accepted = 1};
  sum += {.accepted = 10,
          .open = 20,
          .refused = 30,
          .evicted = 40,
          .idle_timeouts = 50,
          .hello_timeouts = 60,
          .write_timeouts = 70};
  CHECK(sum.accepted == 11);
  CHECK(sum.open == 20);
  CHECK(sum.refused == 30);
  CHECK(sum.evicted == 40);
  CHECK(sum.idle_timeouts == 50);
  CHECK(sum.hello_timeouts == 60);
  CHECK(sum.write_timeouts == 70);
}

TEST_CASE("a protocol is told who has connected") {
  Fixture fixture;
  SocketClient client = fixture.greeted();
  client.send(as_bytes("who\n"));
  CHECK(as_text(client.receive(10)) == "127.0.0.1\n");
}

TEST_CASE("a stopped worker ends at once, and its loop still stands for what else is there") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  fixture.worker.stop();
  fixture.worker.join();
  CHECK(a.at_end());
  CHECK(fixture.counters().open == 0);
  const Timer timer(fixture.worker.loop(), [] {});
  CHECK_FALSE(timer.running());
}

TEST_CASE("a connection that is reset while it is served harms no other") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  SocketClient b = fixture.greeted();
  a.send(as_bytes("half a li"));
  a.reset();
  while (fixture.counters().open == 2) std::this_thread::yield();
  fixture.say(b, "one\n");
}

TEST_CASE("a drained worker takes no new connections, says so, and ends quiet ones normally") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  fixture.worker.drain(seconds(60));
  CHECK(as_text(a.receive(13)) == "draining\nbye\n");
  a.close();
  fixture.worker.join();
  CHECK_FALSE(SocketClient(fixture.address).connect());
  CHECK(fixture.counters().open == 0);
}

TEST_CASE("a worker that drains goes on answering a connection that is busy") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  SocketClient quiet = fixture.greeted();
  fixture.worker.drain(seconds(60));
  a.send(as_bytes("one\n"));
  std::string answers;
  // Talks until the quiet one has been ended, and beyond.
  CHECK(as_text(a.receive(13)) == "draining\none\n");
  bool quiet_ended = false;
  std::thread watcher([&] { quiet_ended = as_text(quiet.receive(13)) == "draining\nbye\n"; });
  for (int i = 0; i < 20; ++i) fixture.say(a, "more\n");
  watcher.join();
  CHECK(quiet_ended);
  quiet.close();
  a.close();
  fixture.worker.join();
}

TEST_CASE("a drain ends at its deadline though connections never get quiet") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  fixture.worker.drain(milliseconds(0));
  CHECK(as_text(a.receive(13)) == "draining\nbye\n");
  fixture.worker.join();
}

TEST_CASE("connections that wait to be accepted when the drain begins are still served") {
  auto listening = *ListeningSocket::open(*ListenAddress::parse("127.0.0.1:0"), {});
  SocketClient early = SocketClient::connected(listening->address());
  early.send(as_bytes("hello\n"));
  Worker worker({std::move(listening)}, {}, make_lines);
  worker.drain(seconds(60));
  worker.start();
  CHECK(as_text(early.receive(100)) == "draining\nhello\nbye\n");
  early.close();
  worker.join();
}

TEST_CASE("a poke lets every connection say what it has to say") {
  Fixture fixture;
  SocketClient a = fixture.greeted();
  SocketClient b = fixture.greeted();
  a.send(as_bytes("when poked news for a\n"));
  b.send(as_bytes("when poked news for b\n"));
  fixture.say(a, "one\n");
  fixture.say(b, "two\n");
  fixture.worker.poke();
  CHECK(as_text(a.receive(11)) == "news for a\n");
  CHECK(as_text(b.receive(11)) == "news for b\n");
  fixture.worker.poke();
  CHECK(as_text(a.receive(11)) == "news for a\n");
}

TEST_CASE("a worker with an interval pokes by itself, again and again") {
  Fixture fixture({.poke_interval = milliseconds(1)});
  SocketClient a = fixture.greeted();
  a.send(as_bytes("when poked tick\n"));
  CHECK(as_text(a.receive(15)) == "tick\ntick\ntick\n");
}

TEST_CASE("a poke of a worker that was not started or has ended does nothing") {
  Worker worker({}, {}, make_lines);
  worker.poke();
  worker.start();
  worker.drain(seconds(60));
  worker.join();
  worker.poke();
}

TEST_CASE("tasks run before, during and after the worker's life") {
  Worker worker({}, {}, make_lines);
  std::thread::id ran_on;
  const auto run = [&] {
    worker.run_between_batches([&] { ran_on = std::this_thread::get_id(); });
    return ran_on;
  };
  CHECK(run() == std::this_thread::get_id());
  worker.start();
  CHECK(run() != std::this_thread::get_id());
  worker.drain(seconds(60));
  worker.join();
  CHECK(run() == std::this_thread::get_id());
}

TEST_CASE("tasks of several threads all run while the worker ends") {
  int sum = 0;  // no lock: tasks run one at a time
  {
    Worker worker({}, {}, make_lines);
    worker.start();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 100; ++k) worker.run_between_batches([&] { ++sum; });
      });
    }
    worker.drain(milliseconds(0));
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(sum == 400);
}

TEST_CASE("a worker that is destroyed closes its connections at once") {
  std::optional<Fixture> fixture(std::in_place);
  SocketClient a = fixture->greeted();
  fixture.reset();
  CHECK(a.at_end());
}

}  // namespace pointsman::net
