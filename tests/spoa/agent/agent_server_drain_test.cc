#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "spoa/agent/server_fixture.h"

namespace pointsman::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::ask_shop;
using test::Frame;
using test::ServerFixture;
using test::SocketClient;
using test::SpopConnection;

// drain() on a thread of its own; after the constructor the listeners are closed.
class Draining {
 public:
  explicit Draining(ServerFixture& fixture, milliseconds deadline = seconds(60))
      : thread_([&fixture, deadline] { fixture.server->drain(deadline); }) {
    for (const ListenAddress& address : fixture.both()) {
      while (SocketClient(address).connect()) std::this_thread::yield();
    }
  }
  ~Draining() { thread_.join(); }

 private:
  std::thread thread_;
};

bool is_normal_disconnect(const Frame& frame) {
  const auto keys = test::read_keys(frame);
  return frame.type == test::kAgentDisconnect && keys && keys->at("status-code").integer == 0;
}

}  // namespace

TEST_CASE("a drain answers what is in flight, then disconnects normally") {
  ServerFixture fixture;
  SpopConnection connection = SpopConnection::greeted(fixture.tcp());
  ByteBuffer requests;
  for (std::uint64_t id = 1; id <= 50; ++id) append_bytes(requests, ask_shop(id));
  connection.send(requests);
  const Draining draining(fixture);
  for (std::uint64_t id = 1; id <= 50; ++id) {
    const Frame ack = connection.receive();
    CHECK(ack.stream_id == id);
    CHECK(test::read_ack(ack)->contains("txn.gen"));
  }
  CHECK(is_normal_disconnect(connection.receive()));
  CHECK(connection.receive().type == 0);
  connection.socket().close();
}

TEST_CASE("requests that arrive while draining are decided still") {
  ServerFixture fixture(1);
  SpopConnection connection = SpopConnection::greeted(fixture.unix());
  const Draining draining(fixture);
  connection.send(ask_shop(1));
  const Frame frame = connection.receive();
  CHECK((is_normal_disconnect(frame) || test::read_ack(frame)->contains("txn.gen")));
  connection.socket().close();
}

TEST_CASE("a health check while draining gets no answer but the end") {
  ServerFixture fixture;
  SocketClient check = SocketClient::connected(fixture.tcp());
  SpopConnection other = SpopConnection::greeted(fixture.tcp());  // accepted after the check
  const Draining draining(fixture);
  check.send(test::health_check_frame());
  CHECK(check.at_end());
  check.close();
  other.socket().close();
}

TEST_CASE("a drain ends with the last connection, long before its deadline") {
  ServerFixture fixture;
  SpopConnection connection = SpopConnection::greeted(fixture.tcp());
  connection.socket().close();
  fixture.server->drain(std::chrono::hours(1));
  CHECK(fixture.server->counters().connections_open == 0);
}

TEST_CASE("a drain ends at its deadline though a peer stays, which is told") {
  ServerFixture fixture;
  SpopConnection connection = SpopConnection::greeted(fixture.tcp());
  fixture.server->drain(milliseconds(1));
  CHECK(is_normal_disconnect(connection.receive()));
  CHECK(connection.receive().type == 0);
}

TEST_CASE("after a drain the unix socket's file is gone and another agent can take its place") {
  ServerFixture fixture;
  const std::string path = fixture.folder.path("spop.sock");
  CHECK(std::filesystem::exists(path));
  fixture.server->drain(seconds(60));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("counters can still be read after a drain") {
  ServerFixture fixture;
  {
    SpopConnection connection = SpopConnection::greeted(fixture.tcp());
    connection.ask(test::kAskShop);
  }
  fixture.server->drain(seconds(60));
  CHECK(fixture.server->counters().decisions == 1);
}

}  // namespace pointsman::agent
