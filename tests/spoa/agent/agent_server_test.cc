#include "agent/agent_server.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "spoa/agent/server_fixture.h"

namespace pointsman::agent {
namespace {

using test::ask_shop;
using test::Frame;
using test::hello_frame;
using test::kAskShop;
using test::read_ack;
using test::ServerFixture;
using test::SocketClient;
using test::SpopConnection;
using test::text_of;

// The answers to NOTIFYs 1 to `count`, in order and each a whole decision.
bool are_answered(SpopConnection& connection, std::uint64_t count) {
  for (std::uint64_t id = 1; id <= count; ++id) {
    const Frame frame = connection.receive();
    const auto variables = read_ack(frame);
    if (!variables || frame.stream_id != id || !variables->contains("txn.gen")) return false;
  }
  return true;
}

ByteBuffer notifies(std::uint64_t count) {
  ByteBuffer bytes;
  for (std::uint64_t id = 1; id <= count; ++id) append_bytes(bytes, ask_shop(id));
  return bytes;
}

}  // namespace

TEST_CASE("decisions come over TCP and over a unix socket") {
  const ServerFixture fixture;
  for (const ListenAddress& address : fixture.both()) {
    INFO(address.to_text());
    SpopConnection connection = SpopConnection::greeted(address);
    const auto variables = connection.ask(kAskShop);
    CHECK(text_of(variables, "gateway") == "shop");
    CHECK(variables.at("txn.ack").boolean);
  }
}

TEST_CASE("20 and 200 requests in flight on one connection are all answered") {
  const ServerFixture fixture;
  for (const std::uint64_t count : {20u, 200u}) {
    SpopConnection connection = SpopConnection::greeted(fixture.tcp());
    connection.send(notifies(count));
    CHECK(are_answered(connection, count));
  }
}

TEST_CASE("hello and 64 requests that arrive in one piece are answered") {
  const ServerFixture fixture;
  SpopConnection connection(fixture.unix());
  connection.send(test::operator+(hello_frame(), notifies(64)));
  CHECK(connection.receive().type == test::kAgentHello);
  CHECK(are_answered(connection, 64));
}

TEST_CASE("input that dribbles in byte by byte is understood") {
  const ServerFixture fixture;
  SpopConnection connection(fixture.tcp());
  for (const std::uint8_t byte : test::operator+(hello_frame(), notifies(2))) {
    connection.send({byte});
  }
  CHECK(connection.receive().type == test::kAgentHello);
  CHECK(are_answered(connection, 2));
}

TEST_CASE("a health check is answered on both kinds of listener, and the connection ends") {
  const ServerFixture fixture;
  for (const ListenAddress& address : fixture.both()) {
    SpopConnection connection(address);
    connection.send(test::health_check_frame());
    CHECK(connection.receive().type == test::kAgentHello);
    CHECK(connection.receive().type == 0);
  }
  CHECK(fixture.server->counters().spop.health_checks == 2);
}

TEST_CASE("a reset in the middle of a frame harms no other connection") {
  const ServerFixture fixture(1);
  SpopConnection other = SpopConnection::greeted(fixture.tcp());
  {
    SpopConnection broken = SpopConnection::greeted(fixture.tcp());
    ByteBuffer half = ask_shop(1);
    half.resize(half.size() / 2);
    broken.send(half);
    broken.socket().reset();
  }
  fixture.wait_for_open_connections(1);
  CHECK(text_of(other.ask(kAskShop), "by") == "agent");
}

TEST_CASE("a peer that disconnects is answered in kind, and one that just closes is no error") {
  const ServerFixture fixture;
  SpopConnection connection = SpopConnection::greeted(fixture.tcp());
  connection.send(test::disconnect_frame());
  CHECK(connection.receive().type == test::kAgentDisconnect);
  CHECK(connection.receive().type == 0);
  SpopConnection::greeted(fixture.tcp()).socket().close();
  connection.socket().close();
  fixture.wait_for_open_connections(0);
}

TEST_CASE("the workers' counters are summed") {
  const ServerFixture fixture(3);
  std::vector<SpopConnection> connections;
  for (int i = 0; i < 12; ++i) {
    connections.push_back(SpopConnection::greeted(fixture.both()[static_cast<std::size_t>(i % 2)]));
    connections.back().ask(kAskShop);
  }
  const AgentCounters counters = fixture.server->counters();
  CHECK(counters.connections_accepted == 12);
  CHECK(counters.connections_open == 12);
  CHECK(counters.decisions == 12);
  CHECK(counters.spop.notifies == 12);
}

TEST_CASE("an address that cannot be bound fails the start, and leaves nothing behind") {
  const test::TemporaryFolder folder;
  Published<routing::RouteTable> table;
  Published<KeyRing> keys;
  AgentServerOptions options;
  options.listen = {*ListenAddress::parse("unix:" + folder.path("spop.sock")),
                    *ListenAddress::parse("192.0.2.1:9012")};
  const auto server = AgentServer::start(options, table, keys);
  REQUIRE_FALSE(server);
  CHECK(server.error().message.starts_with("192.0.2.1:9012: "));
  CHECK_FALSE(std::filesystem::exists(folder.path("spop.sock")));
}

TEST_CASE("while tables are published every decision is from a whole one") {
  ServerFixture fixture;
  std::atomic<bool> done{false};
  std::atomic<int> faults{0};
  std::atomic<int> answers{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, address = fixture.both()[static_cast<std::size_t>(i % 2)]] {
      SpopConnection connection = SpopConnection::greeted(address);
      std::uint64_t last = 0;
      while (!done) {
        const auto variables = connection.ask(kAskShop);
        const std::uint64_t generation = variables.at("txn.gen").integer;
        const std::string route = "r" + std::to_string(generation);
        const bool agrees = generation == 1 || (text_of(variables, "route") == route &&
                                                text_of(variables, "backend") == "shop__" + route);
        if (!agrees || generation < last) ++faults;
        last = generation;
        ++answers;
      }
    });
  }
  for (std::uint64_t generation = 2; generation <= 200; ++generation) {
    const int before = answers;
    fixture.table.publish(test::table_of(
        "gateway shop\n route r" + std::to_string(generation) + " 100%", generation));
    while (answers < before + 2) std::this_thread::yield();
  }
  done = true;
  for (std::thread& client : clients) client.join();
  CHECK(faults == 0);
}

TEST_CASE(
    "a connection lives on over a rotation of keys, and new cookies are signed by the new one") {
  ServerFixture fixture;
  SpopConnection connection = SpopConnection::greeted(fixture.unix());
  const auto key_of = [&] {
    const std::string cookie = text_of(connection.ask(kAskShop), "cookie");
    const std::size_t start = cookie.find('=') + 1;
    const auto token = routing::decode_token(cookie.substr(start, cookie.find(';') - start));
    return token ? token->key_id : 0;
  };
  CHECK(key_of() == 1);
  fixture.keys.publish(test::keys_of(std::string(test::kKey2) + test::kKey1));
  CHECK(key_of() == 2);
}

}  // namespace pointsman::agent
