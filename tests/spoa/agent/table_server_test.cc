#include "agent/table_server.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

#include "spoa/agent/decision_fixture.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"

namespace pointsman::agent {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using table::Answer;
using table::Question;
using test::SocketClient;

std::shared_ptr<const TableDocument> document(std::uint64_t generation, const std::string& id) {
  const Bytes bytes = as_bytes(id);
  return std::make_shared<const TableDocument>(
      TableDocument{generation, id, {bytes.begin(), bytes.end()}});
}

struct Fixture {
  explicit Fixture(TableServerOptions options = {.poke_interval = milliseconds(1)}) {
    options.listen = {*ListenAddress::parse("unix:" + folder.path("table.sock")),
                      *ListenAddress::parse("127.0.0.1:0")};
    auto started = TableServer::start(std::move(options));
    REQUIRE(started);
    server = std::move(*started);
  }

  void publish(std::uint64_t generation) {
    const std::string number = std::to_string(generation);
    server->publish({test::table_of("gateway shop\n route a 100%", generation),
                     document(generation, "keys " + number),
                     document(generation, "bare " + number)});
  }
  SocketClient bridge() { return SocketClient::connected(server->addresses().at(0)); }
  SocketClient remote_bridge() { return SocketClient::connected(server->addresses().at(1)); }

  test::TemporaryFolder folder;
  std::unique_ptr<TableServer> server;
};

void send(SocketClient& client, const Question& question) {
  ByteBuffer message;
  append_question(message, question);
  client.send(message);
}
void send_having(SocketClient& client, const std::string& id, std::uint64_t generation = 0) {
  Question question;
  question.have = id;
  question.generation = generation;
  send(client, question);
}

// Throws what fails, since it is called from several threads.
Answer answer_of(SocketClient& client) {
  const ByteBuffer length = client.receive(table::kMessageLengthBytes);
  const auto answer = table::read_answer(client.receive(WireCursor(length).u32()));
  if (!answer) throw std::runtime_error(answer.error().message);
  return *answer;
}
std::string text_of(const Answer& answer) { return std::string(as_text(answer.bytes)); }

}  // namespace

TEST_CASE("keys travel over unix sockets, and not over plain TCP") {
  Fixture fixture;
  fixture.publish(1);
  SocketClient local = fixture.bridge();
  SocketClient remote = fixture.remote_bridge();
  send_having(local, "");
  CHECK(text_of(answer_of(local)) == "keys 1");
  send_having(remote, "");
  CHECK(text_of(answer_of(remote)) == "bare 1");
  send_having(remote, "keys 1");
  CHECK(text_of(answer_of(remote)) == "bare 1");
}

TEST_CASE("without news a question is answered after a while, again and again") {
  Fixture fixture;
  SocketClient client = fixture.bridge();
  send_having(client, "");
  CHECK(answer_of(client) == Answer{});  // no table yet
  fixture.publish(1);
  for (int i = 0; i < 3; ++i) {
    send_having(client, "keys 1");
    CHECK(answer_of(client) == Answer{});
  }
}

TEST_CASE("a table that is published arrives at once at all that wait") {
  Fixture fixture({.poke_interval = hours(1)});
  fixture.publish(1);
  SocketClient local = fixture.bridge();
  SocketClient remote = fixture.remote_bridge();
  send_having(local, "keys 1");
  send_having(remote, "bare 1");
  while (fixture.server->bridges().connected < 2) std::this_thread::yield();
  fixture.publish(2);
  CHECK(text_of(answer_of(local)) == "keys 2");
  CHECK(text_of(answer_of(remote)) == "bare 2");
}

TEST_CASE("the server knows who decides by what, and what was decided") {
  Fixture fixture({.poke_interval = hours(1)});
  fixture.publish(1);
  SocketClient one = fixture.bridge();
  Question question;
  question.generation = 1;
  question.decided = {{"shop", "a", "weight", 5}, {"gone", "a", "weight", 1}};
  send(one, question);
  answer_of(one);
  {
    SocketClient two = fixture.remote_bridge();
    send_having(two, "");
    answer_of(two);
    const BridgeReport report = fixture.server->bridges();
    CHECK(report.connected == 2);
    CHECK(report.by_generation == std::map<std::uint64_t, std::size_t>{{0, 1}, {1, 1}});
    CHECK(report.decided == std::vector<table::DecidedCount>{{"shop", "a", "weight", 5}});
    CHECK(report.decided_total == 6);
    CHECK(report.decided_unknown == 1);
  }
  while (fixture.server->bridges().connected == 2) std::this_thread::yield();
  CHECK(fixture.server->bridges().decided_total == 6);
}

TEST_CASE("rubbish ends the connection it comes by, and no other") {
  Fixture fixture;
  fixture.publish(1);
  SocketClient good = fixture.bridge();
  SocketClient bad = fixture.bridge();
  bad.send(as_bytes("GET / HTTP/1.1\r\n\r\n"));
  CHECK(bad.at_end());
  send_having(good, "");
  CHECK(text_of(answer_of(good)) == "keys 1");
}

TEST_CASE("who does not ask in time is closed") {
  Fixture fixture({.connection = {.hello_timeout = milliseconds(5)}});
  SocketClient silent = fixture.bridge();
  CHECK(silent.at_end());
}

TEST_CASE("who is one too many is closed") {
  CHECK(TableServerOptions{}.connections == limits::kBridges);
  Fixture fixture({.connections = 1});
  fixture.publish(1);
  SocketClient one = fixture.bridge();
  send_having(one, "");
  answer_of(one);
  SocketClient two = fixture.bridge();
  CHECK(two.at_end());
}

TEST_CASE("a drain ends bridges that wait, and the sockets are gone") {
  Fixture fixture({.poke_interval = hours(1)});
  fixture.publish(1);
  SocketClient client = fixture.bridge();
  send_having(client, "keys 1");
  while (fixture.server->bridges().connected < 1) std::this_thread::yield();
  std::thread drained([&] { fixture.server->drain(seconds(60)); });
  CHECK(client.at_end());
  client.close();
  drained.join();
  const ListenAddress address = fixture.server->addresses().front();
  CHECK_FALSE(SocketClient(address).connect());
  fixture.publish(2);
  fixture.server->log_news(std::chrono::steady_clock::now());
  CHECK(fixture.server->bridges().connected == 0);
}

TEST_CASE("bridges come, ask and go while tables are published") {
  Fixture fixture;
  fixture.publish(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&fixture, i] {
      for (int k = 0; k < 20; ++k) {
        SocketClient client = i % 2 == 0 ? fixture.bridge() : fixture.remote_bridge();
        send_having(client, "");
        if (!text_of(answer_of(client)).starts_with(i % 2 == 0 ? "keys " : "bare ")) std::abort();
      }
    });
  }
  for (std::uint64_t generation = 2; generation < 50; ++generation) {
    fixture.publish(generation);
    fixture.server->log_news(std::chrono::steady_clock::now());
    CHECK(fixture.server->bridges().decided_total == 0);
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("an address that is taken is an error that names it") {
  Fixture fixture;
  TableServerOptions options;
  options.listen = {fixture.server->addresses().front()};
  const auto second = TableServer::start(options);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find(fixture.folder.path("table.sock")) != std::string::npos);
}

}  // namespace pointsman::agent
