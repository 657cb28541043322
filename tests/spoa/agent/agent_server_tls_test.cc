// SPOP over TLS: the same conversation, with certificates around it.
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "net/tls_client.h"
#include "spoa/agent/server_fixture.h"
#include "support/certificates.h"

namespace pointsman::agent {
namespace {

using test::ask_shop;
using test::CertificateMaker;
using test::SocketClient;

struct Fixture {
  Fixture() {
    AgentServerOptions options;
    options.listen = {*ListenAddress::parse("127.0.0.1:0")};
    options.listen[0].tls = test::tls_files(
        ca.make_pair("agent", "agent", {.alternative_names = "DNS:agent.example"}), ca.path);
    options.workers = 2;
    plain.table.publish(test::table_of(test::kShop, 1));
    auto started = AgentServer::start(options, plain.table, plain.keys);
    REQUIRE(started);
    server = std::move(*started);
  }

  test::ServerFixture plain;
  CertificateMaker ca{plain.folder, "ca"};
  CertificateMaker::Pair own = ca.make_pair("haproxy", "haproxy");
  std::unique_ptr<AgentServer> server;
};

// HAProxy's side of one connection.
class SecureConnection {
 public:
  explicit SecureConnection(const Fixture& fixture) {
    const SocketClient socket = SocketClient::connected(fixture.server->addresses().front());
    auto connected = net::TlsClient::connect(
        FileDescriptor(::dup(socket.fd())),
        {fixture.ca.path, fixture.own.certificate, fixture.own.key}, "agent.example");
    REQUIRE(connected);
    client_ = std::move(*connected);
    send(test::hello_frame());
    REQUIRE(receive().type == test::kAgentHello);
  }

  void send(const ByteBuffer& bytes) { REQUIRE(client_->send(bytes)); }
  test::Frame receive() {
    while (true) {
      if (auto frame = test::take_frame(stream_)) return *frame;
      std::array<std::uint8_t, 4096> room;
      const auto got = client_->receive(room);
      if (!got || *got == 0) return {};
      append_bytes(stream_, Bytes(room).first(*got));
    }
  }

 private:
  std::unique_ptr<net::TlsClient> client_;
  ByteBuffer stream_;
};

}  // namespace

TEST_CASE("many frames at once are all answered through TLS, in their order") {
  const Fixture fixture;
  SecureConnection connection(fixture);
  ByteBuffer all;
  constexpr std::uint64_t kFrames = 3000;
  for (std::uint64_t id = 1; id <= kFrames; ++id) append_bytes(all, ask_shop(id));
  connection.send(all);
  for (std::uint64_t id = 1; id <= kFrames; ++id) {
    const test::Frame ack = connection.receive();
    REQUIRE(ack.stream_id == id);
    REQUIRE(test::read_ack(ack)->contains("txn.gen"));
  }
  CHECK(fixture.server->counters().decisions == kFrames);
}

TEST_CASE("plain SPOP on a port for TLS is no conversation, and others go on") {
  const Fixture fixture;
  SecureConnection good(fixture);
  test::SpopConnection plain(fixture.server->addresses().front());
  plain.send(test::hello_frame());
  CHECK(plain.receive().type == test::kUnset);
  good.send(ask_shop(1));
  CHECK(good.receive().type == test::kAck);
}

TEST_CASE("a server that drains answers what comes through TLS, then disconnects") {
  const Fixture fixture;
  SecureConnection connection(fixture);
  connection.send(ask_shop(1));
  CHECK(connection.receive().type == test::kAck);
  std::thread drain([&] { fixture.server->drain(std::chrono::seconds(60)); });
  CHECK(connection.receive().type == test::kAgentDisconnect);
  CHECK(connection.receive().type == test::kUnset);
  drain.join();
}

}  // namespace pointsman::agent
