// What a hostile, slow or numerous peer can do to an agent: nothing to others.
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <random>

#include "spoa/agent/server_fixture.h"

namespace pointsman::agent {
namespace {

using test::ask_shop;
using test::Frame;
using test::kAskShop;
using test::ServerFixture;
using test::SocketClient;
using test::SpopConnection;
using test::text_of;

constexpr std::size_t kManyConnections = 10000;

bool still_decides(const ServerFixture& fixture) {
  return text_of(SpopConnection::greeted(fixture.tcp()).ask(kAskShop), "by") == "agent";
}

// Raises the limit of open files; false: the system allows fewer.
bool allow_descriptors(rlim_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return true;
  limit.rlim_cur = count;
  if (limit.rlim_max < count) limit.rlim_max = count;  // for root
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

struct Pipe {
  Pipe() {
    std::array<int, 2> fds{};
    if (pipe(fds.data()) != 0) throw std::runtime_error("pipe");
    out = FileDescriptor(fds[0]);
    in = FileDescriptor(fds[1]);
  }
  FileDescriptor in;
  FileDescriptor out;
};

// Connects, greets and asks on each connection; false where one is not served.
bool be_crowd(const ListenAddress& agent, std::size_t size, std::vector<SpopConnection>& crowd) {
  while (crowd.size() < size) crowd.push_back(SpopConnection::greeted(agent));
  bool answered = true;
  for (SpopConnection& connection : crowd) {
    answered = answered && text_of(connection.ask(kAskShop), "by") == "agent";
  }
  return answered;
}

// The clients, in a process of their own, since one may not hold both ends of so many connections.
// Told through a pipe where the agent is; reports 'y' or 'n', and holds the connections until the
// pipe is closed. Made before any thread.
class Crowd {
 public:
  explicit Crowd(std::size_t size) : child_(fork()) {
    if (child_ != 0) return;
    orders_.in.reset();
    std::array<char, 256> path{};
    std::vector<SpopConnection> crowd;
    char answer = 'n';
    try {
      const ssize_t length = read(orders_.out.get(), path.data(), path.size());
      const std::string text(path.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
      if (be_crowd(*ListenAddress::parse(text), size, crowd)) answer = 'y';
    } catch (const std::exception&) {
    }
    const bool told = write(report_.in.get(), &answer, 1) == 1;
    const bool held = read(orders_.out.get(), path.data(), 1) == 0;
    _exit(told && held ? 0 : 1);
  }
  ~Crowd() {
    orders_.in.reset();
    waitpid(child_, nullptr, 0);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  bool connects_to(const ListenAddress& agent) {
    report_.in.reset();  // so that a child that died is noticed
    const std::string text = agent.to_text();
    char answer = 'n';
    return write(orders_.in.get(), text.data(), text.size()) > 0 &&
           read(report_.out.get(), &answer, 1) == 1 && answer == 'y';
  }

 private:
  Pipe orders_;
  Pipe report_;
  pid_t child_;
};

}  // namespace

TEST_CASE("a peer that asks and never reads is closed, and others are served meanwhile") {
  const ServerFixture fixture(1);
  SocketClient slow(fixture.tcp());
  slow.shrink_receive_buffer();
  REQUIRE(slow.connect());
  slow.send(test::hello_frame());
  SpopConnection other = SpopConnection::greeted(fixture.tcp());
  ByteBuffer batch;
  for (std::uint64_t id = 1; id <= 500; ++id) append_bytes(batch, ask_shop(id));
  std::size_t sent = 0;
  for (ssize_t step = 0; step >= 0; sent += static_cast<std::size_t>(std::max<ssize_t>(step, 0))) {
    step = slow.send_some(Bytes(batch).subspan(sent % batch.size()));
    if (step == 0) std::this_thread::yield();
    const AgentCounters counters = fixture.server->counters();
    if (counters.spop.slow_readers_closed > 0) break;
    CHECK(text_of(other.ask(kAskShop), "by") == "agent");
  }
  CHECK(fixture.server->counters().spop.slow_readers_closed == 1);
  slow.close();
  fixture.wait_for_open_connections(1);
  CHECK(still_decides(fixture));
}

TEST_CASE("garbage of every kind ends its own connection at most") {
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const ServerFixture fixture(2);
  SpopConnection other = SpopConnection::greeted(fixture.unix());
  const ByteBuffer valid = test::operator+(test::hello_frame(), ask_shop(1));
  for (int round = 0; round < 300; ++round) {
    ByteBuffer bytes = valid;
    for (int change = 0; change < 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    if (round % 3 == 0) bytes.resize(random() % bytes.size());
    SocketClient bad = SocketClient::connected(fixture.tcp());
    bad.send_some(bytes);
    if (round % 2 == 0) bad.reset();
  }
  CHECK(text_of(other.ask(kAskShop), "by") == "agent");
  CHECK(still_decides(fixture));
}

TEST_CASE(
    "a frame with headers as large as the frame allows is decided, a larger one is not taken") {
  const ServerFixture fixture;
  SpopConnection connection(fixture.tcp());
  connection.send(test::hello_frame({.max_frame_size = limits::kFrameSizeMax}));
  REQUIRE(connection.receive().type == test::kAgentHello);
  ByteBuffer headers;
  routing::append_header(headers, "x", std::string(limits::kFrameSizeMax - 200, 'x'));
  routing::end_headers(headers);
  test::Arguments arguments = kAskShop;
  arguments.emplace_back("headers", spop::TypedValue{spop::ValueType::kBinary, false, 0, headers});
  CHECK(text_of(connection.ask(arguments), "by") == "agent");

  headers.assign(limits::kFrameSizeMax, 'x');
  arguments.back().second.bytes = headers;
  connection.send(test::notify_frame(2, 1, "pointsman", arguments));
  CHECK(connection.receive().type == test::kAgentDisconnect);
}

TEST_CASE("ten thousand connections are held and served") {
  if (!allow_descriptors(kManyConnections + 1000)) {
    WARN("the system allows too few open files for this test");
    return;
  }
  std::optional<Crowd> crowd(std::in_place, kManyConnections);
  const ServerFixture fixture(2);
  CHECK(crowd->connects_to(fixture.unix()));
  CHECK(fixture.server->counters().connections_open == kManyConnections);
  CHECK(still_decides(fixture));
  crowd.reset();
  fixture.wait_for_open_connections(0);
}

TEST_CASE("a worker holds as many connections as its limit, and no more") {
  if (!allow_descriptors(limits::kConnectionsPerWorker + 1000)) {
    WARN("the system allows too few open files for this test");
    return;
  }
  std::optional<Crowd> crowd(std::in_place, limits::kConnectionsPerWorker);
  const ServerFixture fixture(1);
  CHECK(crowd->connects_to(fixture.unix()));
  CHECK(fixture.server->counters().connections_open == limits::kConnectionsPerWorker);
  CHECK(SocketClient::connected(fixture.unix()).at_end());
  CHECK(fixture.server->counters().connections_refused == 1);
  crowd.reset();
  fixture.wait_for_open_connections(0);
  CHECK(still_decides(fixture));
}

}  // namespace pointsman::agent
