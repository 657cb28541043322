#include "net/connection.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <optional>

#include "spoa/net/line_protocol.h"

namespace pointsman::net {
namespace {

using std::chrono::milliseconds;
using test::LineProtocol;

constexpr milliseconds kSoon{5};

// Answers its first input with `answer` bytes, and notes what comes and what waits meanwhile.
class SliceProtocol : public StreamProtocol {
 public:
  explicit SliceProtocol(std::size_t answer) : output_(answer, 'x') {}

  void receive(Bytes input) override {
    slices.push_back(input.size());
    waiting.push_back(output_size());
    answered_ = true;
  }
  Bytes output() const override { return as_bytes(output_).last(output_size()); }
  void consume_output(std::size_t count) override { sent_ += count; }
  std::size_t output_size() const override { return answered_ ? output_.size() - sent_ : 0; }
  bool established() const override { return true; }
  bool finished() const override { return false; }
  void begin_drain() override {}
  void disconnect_normally() override {}

  std::vector<std::size_t> slices;
  std::vector<std::size_t> waiting;  // to be written, as each slice came

 private:
  std::string output_;
  std::size_t sent_ = 0;
  bool answered_ = false;
};

// What a connection gives to a protocol of `input` bytes that come at once, and what waits then.
struct Slices {
  Slices(std::size_t input, std::size_t answer) {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    const FileDescriptor peer(fds[1]);
    const std::string text(input, 'x');
    REQUIRE(send(peer.get(), text.data(), input, 0) == static_cast<ssize_t>(input));
    EventLoop loop;
    std::array<std::uint8_t, limits::kReadBufferBytes> buffer{};
    auto protocol = std::make_unique<SliceProtocol>(answer);
    SliceProtocol& seen = *protocol;
    const Connection connection(loop, FileDescriptor(fds[0]), std::move(protocol), buffer, {},
                                [](Connection&, CloseCause) {});
    loop.before_wait([&] {
      if (!seen.slices.empty()) loop.stop();
    });
    loop.run();
    sizes = seen.slices;
    waiting = seen.waiting;
  }

  std::vector<std::size_t> sizes;
  std::vector<std::size_t> waiting;
};

// A connection over a socket pair; run() turns the loop until the connection closed itself, read()
// until the peer has that many bytes.
struct Fixture {
  explicit Fixture(const ConnectionLimits& limits = {}) {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    peer = FileDescriptor(fds[1]);
    served = fds[0];
    auto spoken = std::make_unique<LineProtocol>();
    protocol = spoken.get();
    connection.emplace(loop, FileDescriptor(fds[0]), std::move(spoken), buffer, limits,
                       [this](Connection&, CloseCause why) {
                         cause = why;
                         loop.stop();
                       });
  }

  void write(std::string_view text) {
    REQUIRE(send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  std::string read(std::size_t size) {
    std::string text;
    FdWatch watch(loop, peer.get(), {.readable = true}, [&](Readiness) {
      std::string some(std::min<std::size_t>(size - text.size(), 65536), '\0');
      const ssize_t got = recv(peer.get(), some.data(), some.size(), 0);
      text += some.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (text.size() == size || got <= 0) loop.stop();
    });
    loop.run();
    return text;
  }
  // What is ready now is handled.
  void turn() {
    Timer done(loop, [this] { loop.stop(); });
    done.start(milliseconds(0));
    loop.run();
  }
  CloseCause run() {
    if (!cause) loop.run();
    return cause.value();
  }

  EventLoop loop;
  FileDescriptor peer;
  int served = -1;
  std::array<std::uint8_t, 65536> buffer{};
  LineProtocol* protocol = nullptr;
  std::optional<CloseCause> cause;
  std::optional<Connection> connection;
};

}  // namespace

TEST_CASE("what is received is answered, however it is cut") {
  Fixture fixture;
  fixture.write("hello\none\ntw");
  CHECK(fixture.read(10) == "hello\none\n");
  fixture.write("o\n");
  CHECK(fixture.read(4) == "two\n");
}

TEST_CASE("input of more than one slice and of more than one read is answered whole and in order") {
  Fixture fixture;
  std::string input;
  while (input.size() < 3 * limits::kReadBufferBytes) input += std::to_string(input.size()) + "\n";
  std::string output;
  for (std::size_t at = 0; at < input.size(); at += limits::kReadBufferBytes) {
    const std::string part = input.substr(at, limits::kReadBufferBytes);
    fixture.write(part);
    const std::size_t due = input.rfind('\n', at + part.size() - 1) + 1 - output.size();
    output += fixture.read(due);
  }
  CHECK(output == input);
}

TEST_CASE("input up to a slice is answered at once, one byte more is a slice of its own") {
  using Sizes = std::vector<std::size_t>;
  CHECK(Slices(limits::kInputSliceBytes, 0).sizes == Sizes{limits::kInputSliceBytes});
  CHECK(Slices(limits::kInputSliceBytes + 1, 0).sizes == Sizes{limits::kInputSliceBytes, 1});
}

TEST_CASE("between slices output up to a limit waits, more is written first") {
  const std::size_t input = limits::kInputSliceBytes + 1;
  CHECK(Slices(input, limits::kOutputFlushBytes).waiting.back() == limits::kOutputFlushBytes);
  CHECK(Slices(input, limits::kOutputFlushBytes + 1).waiting.back() == 0);
}

TEST_CASE("a peer that does not introduce itself in time is closed, whatever else it sends") {
  Fixture fixture({.hello_timeout = kSoon});
  fixture.write("other\n");
  CHECK(fixture.run() == CloseCause::kHelloTimeout);
}

TEST_CASE("after the introduction a peer may be silent") {
  Fixture fixture({.hello_timeout = kSoon, .write_timeout = kSoon, .linger_timeout = kSoon});
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  Timer later(fixture.loop, [&] { fixture.loop.stop(); });
  later.start(kSoon * 4);
  fixture.loop.run();
  CHECK_FALSE(fixture.cause);
}

TEST_CASE("output that does not fit the socket waits and goes on when the peer reads") {
  Fixture fixture({.output_bytes = LineProtocol::kFloodBytes});
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  fixture.write("flood\n");
  CHECK(fixture.read(LineProtocol::kFloodBytes).size() == LineProtocol::kFloodBytes);
  CHECK(fixture.protocol->output_size() == 0);
  CHECK_FALSE(fixture.cause);
}

TEST_CASE("a peer that leaves more unread than the limit is closed") {
  Fixture fixture({.output_bytes = limits::kOutputBufferBytes});
  fixture.write("hello\nflood\n");
  CHECK(fixture.run() == CloseCause::kSlowReader);
}

TEST_CASE("output of exactly the limit waits, and one byte more closes") {
  constexpr std::size_t kLimit = 8;
  Fixture fits({.output_bytes = kLimit});
  fits.write("1234567\n");
  CHECK(fits.read(kLimit) == "1234567\n");
  CHECK_FALSE(fits.cause);
  Fixture too_much({.output_bytes = kLimit});
  too_much.write("12345678\n");
  CHECK(too_much.run() == CloseCause::kSlowReader);
}

TEST_CASE("a peer that never reads what waits is closed by time") {
  Fixture fixture({.output_bytes = LineProtocol::kFloodBytes, .write_timeout = kSoon});
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  fixture.write("flood\n");
  CHECK(fixture.run() == CloseCause::kSlowReader);
}

TEST_CASE("a peer that ends its side first gets its answers before the close") {
  Fixture fixture;
  fixture.write("hello\none\n");
  shutdown(fixture.peer.get(), SHUT_WR);
  CHECK(fixture.run() == CloseCause::kEnded);
  CHECK(fixture.read(100) == "hello\none\n");
}

TEST_CASE("a peer that is gone is a normal end, also with output on its way") {
  Fixture fixture({.output_bytes = LineProtocol::kFloodBytes});
  fixture.write("hello\nflood\n");
  fixture.peer.reset();
  CHECK(fixture.run() == CloseCause::kEnded);
}

TEST_CASE(
    "after our end the last words arrive, later input is swallowed, and the peer's close ends") {
  Fixture fixture;
  fixture.write("bye\nignored\n");
  CHECK(fixture.read(100) == "bye\n");
  fixture.write("ignored too\n");
  CHECK_FALSE(fixture.cause);
  fixture.peer.reset();
  CHECK(fixture.run() == CloseCause::kEnded);
}

TEST_CASE("a peer that does not close after our end is closed after a moment") {
  Fixture fixture({.linger_timeout = kSoon});
  fixture.write("bye\n");
  CHECK(fixture.run() == CloseCause::kLingerTimeout);
}

TEST_CASE("a connection is ended as quiet only when nothing came between three looks") {
  Fixture fixture;
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  fixture.connection->disconnect_if_quiet();
  fixture.connection->disconnect_if_quiet();
  fixture.write("one\n");
  CHECK(fixture.read(4) == "one\n");
  fixture.connection->disconnect_if_quiet();
  fixture.connection->disconnect_if_quiet();
  CHECK_FALSE(fixture.protocol->finished());
  fixture.connection->disconnect_if_quiet();
  CHECK(fixture.protocol->finished());
  CHECK(fixture.read(100) == "bye\n");
}

TEST_CASE("a poke sends what the protocol says then, and nothing after the end") {
  Fixture fixture;
  fixture.write("hello\nwhen poked news\n");
  CHECK(fixture.read(6) == "hello\n");
  fixture.connection->poke();
  CHECK(fixture.read(5) == "news\n");
  fixture.write("bye\n");
  CHECK(fixture.read(4) == "bye\n");
  fixture.connection->poke();
  CHECK(fixture.read(100).empty());
  fixture.connection->close();
  fixture.connection->poke();
  CHECK(fixture.cause);
}

TEST_CASE("a connection that is not used is closed where idle ones are") {
  Fixture fixture({.idle_timeout = kSoon});
  fixture.write("hello\n");
  CHECK(fixture.run() == CloseCause::kIdle);
  CHECK(fixture.read(100) == "hello\n");
}

TEST_CASE("input without an answer is no use of a connection, an answer is") {
  Fixture fixture({.idle_timeout = kSoon * 10});
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  const auto begun = fixture.connection->last_use();
  Timer again(fixture.loop, [&] {
    if (fixture.cause) return;
    fixture.write("x");
    again.start(kSoon);
  });
  again.start(kSoon);
  CHECK(fixture.run() == CloseCause::kIdle);
  CHECK(fixture.connection->last_use() == begun);
}

TEST_CASE("an answer is a use of a connection") {
  Fixture fixture;
  const auto begun = fixture.connection->last_use();
  CHECK_FALSE(fixture.connection->used());
  fixture.write("hello\n");
  CHECK(fixture.read(6) == "hello\n");
  fixture.turn();
  CHECK(fixture.connection->used());
  CHECK(fixture.connection->last_use() > begun);
}

TEST_CASE("where idle connections are closed, one that does not read is a slow reader") {
  Fixture fixture({.output_bytes = LineProtocol::kFloodBytes,
                   .write_timeout = kSoon,
                   .idle_timeout = std::chrono::hours(1)});
  fixture.write("hello\nflood\n");
  CHECK(fixture.run() == CloseCause::kSlowReader);
}

TEST_CASE("nothing is read while the protocol wants no input, until its output is written") {
  Fixture fixture({.output_bytes = LineProtocol::kFloodBytes});
  fixture.write("hello\nonce\n");
  CHECK(fixture.read(11) == "hello\nonce\n");
  fixture.write("flood\n");
  fixture.turn();
  REQUIRE(fixture.protocol->output_size() > 0);
  fixture.write("one\n");
  fixture.turn();
  int unread = 0;
  REQUIRE(ioctl(fixture.served, FIONREAD, &unread) == 0);
  CHECK(unread == 4);
  CHECK(fixture.read(LineProtocol::kFloodBytes).size() == LineProtocol::kFloodBytes);
  CHECK(fixture.read(4) == "one\n");
}

TEST_CASE("a peer that ended its side first gets the answer that was still to come") {
  Fixture fixture;
  fixture.write("hello\nlater news\n");
  shutdown(fixture.peer.get(), SHUT_WR);
  CHECK(fixture.read(6) == "hello\n");
  fixture.turn();
  CHECK_FALSE(fixture.cause);
  fixture.connection->poke();
  CHECK(fixture.cause == CloseCause::kEnded);
  fixture.turn();  // the close has stopped the loop
  CHECK(fixture.read(100) == "news\n");
}

TEST_CASE("closing tells the owner once") {
  Fixture fixture;
  int told = 0;
  std::array<int, 2> fds{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
  const FileDescriptor peer(fds[1]);
  Connection connection(fixture.loop, FileDescriptor(fds[0]), std::make_unique<LineProtocol>(),
                        fixture.buffer, {}, [&](Connection&, CloseCause) { ++told; });
  connection.close();
  connection.close();
  connection.disconnect();
  connection.begin_drain();
  CHECK(told == 1);
}

}  // namespace pointsman::net
