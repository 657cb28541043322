// The client, and with it a worker that serves TLS: over real sockets.
#include "net/tls_client.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "net/worker.h"
#include "spoa/net/line_protocol.h"
#include "support/captured_log.h"
#include "support/certificates.h"
#include "support/socket_client.h"

namespace pointsman::net {
namespace {

using Catch::Contains;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::CertificateMaker;
using test::LineProtocol;
using test::SocketClient;

struct Fixture {
  explicit Fixture(const WorkerOptions& options = {}) {
    ListenAddress wanted = *ListenAddress::parse("127.0.0.1:0");
    wanted.tls = test::tls_files(own, ca.path);
    auto opened = ListeningSocket::open(wanted, {});
    REQUIRE(opened);
    address = (*opened)->address();
    credentials = (*opened)->credentials();
    worker.emplace(Listeners{std::move(*opened)}, options,
                   [](const ListenAddress&) { return std::make_unique<LineProtocol>(); });
    worker->start();
  }

  FileDescriptor dial() const {
    FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(address.port);
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
    REQUIRE(connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    const timeval wait{10, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return fd;
  }
  Result<std::unique_ptr<TlsClient>> client(const std::string& name = "agent.example") const {
    return TlsClient::connect(dial(), trust, name);
  }
  ConnectionCounters counters() {
    ConnectionCounters counted;
    worker->run_between_batches([&] { counted = worker->counters(); });
    return counted;
  }

  test::TemporaryFolder folder;
  CertificateMaker ca{folder, "ca"};
  CertificateMaker::Pair own =
      ca.make_pair("agent", "agent", {.alternative_names = "DNS:agent.example, IP:127.0.0.1"});
  CertificateMaker::Pair shown = ca.make_pair("client", "haproxy1");
  TlsClientFiles trust{ca.path, shown.certificate, shown.key};
  ListenAddress address;
  std::shared_ptr<TlsCredentials> credentials;
  std::optional<Worker> worker;
};

std::string receive(TlsClient& client, std::size_t size) {
  std::string text(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const auto some =
        client.receive({reinterpret_cast<std::uint8_t*>(text.data()) + got, size - got});
    if (!some) return some.error().message;
    if (*some == 0) break;
    got += *some;
  }
  return text.substr(0, got);
}

std::string say(TlsClient& client, const std::string& line) {
  if (auto sent = client.send(as_bytes(line)); !sent) return sent.error().message;
  return receive(client, line.size());
}

// Why there is no conversation: TLS 1.3 tells a client after its own handshake is done.
std::string failure(Result<std::unique_ptr<TlsClient>> client) {
  return client ? say(**client, "hello\n") : client.error().message;
}

}  // namespace

TEST_CASE("a client with the right certificates talks to a worker, by name and by address") {
  Fixture fixture;
  for (const char* const name : {"agent.example", "127.0.0.1"}) {
    INFO(name);
    auto client = fixture.client(name);
    REQUIRE(client);
    CHECK(say(**client, "hello\n") == "hello\n");
    CHECK(say(**client, std::string(300000, 'x') + "\n") == std::string(300000, 'x') + "\n");
    REQUIRE((*client)->send(as_bytes("who\n")));
    CHECK(receive(**client, 10) == "127.0.0.1\n");
  }
  CHECK(fixture.counters().tls_failures == 0);
}

TEST_CASE("a client tells what is wrong with the agent's certificate") {
  Fixture fixture;
  CHECK(failure(fixture.client("other.example")) ==
        "its certificate (CN = agent) is for another host than other.example");
  CHECK(failure(fixture.client("127.0.0.2")) ==
        "its certificate (CN = agent) is for another host than 127.0.0.2");
  const CertificateMaker other(fixture.folder, "other");
  fixture.trust.ca = other.path;
  CHECK(failure(fixture.client()) ==
        "its certificate (CN = agent) is of a CA that is not known here: CN = ca");
  fixture.trust.ca = fixture.folder.path("none.pem");
  CHECK_THAT(failure(fixture.client()), Contains("none.pem: No such file or directory"));
}

TEST_CASE("a client is told what the agent has against its certificate") {
  Fixture fixture;
  const auto shows = [&](const CertificateMaker::Pair& pair) {
    fixture.trust.certificate = pair.certificate;
    fixture.trust.key = pair.key;
    return failure(fixture.client());
  };
  CHECK(shows({}) == "it wants a certificate of ours");
  CHECK(shows(fixture.ca.make_pair("c", "c", {.from = hours(-2), .to = hours(-1)})) ==
        "our certificate has expired, it says");
  const CertificateMaker other(fixture.folder, "other");
  CHECK(shows(other.make_pair("c", "c")) == "it does not know the CA of our certificate");
  CHECK_THAT(shows({fixture.shown.certificate, fixture.own.key}),
             Contains("the key is not the one of the certificate in "));
  CHECK(fixture.counters().tls_failures == 3);
}

TEST_CASE("refusals are a line in the log, but not one each") {
  Fixture fixture;
  test::CapturedLog log;
  for (int i = 0; i < 20; ++i) {
    SocketClient plain = SocketClient::connected(fixture.address);
    plain.send(as_bytes("GET / HTTP/1.1\r\n\r\n"));
    while (!plain.receive_some().empty()) {
    }
  }
  CHECK(fixture.counters().tls_failures == 20);
  fixture.worker->stop();
  fixture.worker->join();
  CHECK_THAT(log.take(),
             Catch::StartsWith("warning: no TLS from 127.0.0.1 to " + fixture.address.to_text() +
                               ": it speaks HTTP, not TLS\n"));
}

TEST_CASE("who does not finish the handshake in time is closed") {
  Fixture fixture({.connection = {.hello_timeout = milliseconds(5)}});
  SocketClient silent = SocketClient::connected(fixture.address);
  CHECK(silent.at_end());
  SocketClient half = SocketClient::connected(fixture.address);
  half.send(as_bytes("\x16\x03\x01"));
  CHECK(half.at_end());
  CHECK(fixture.counters().hello_timeouts == 2);
}

TEST_CASE("a handshake that comes byte by byte is served, and holds nobody up") {
  Fixture fixture;
  SocketClient slow = SocketClient::connected(fixture.address);
  slow.send(as_bytes("\x16\x03\x01\x02"));
  auto other = fixture.client();
  REQUIRE(other);
  CHECK(say(**other, "hello\n") == "hello\n");
}

TEST_CASE("a peer that reads nothing is closed when too much waits for it") {
  Fixture fixture({.connection = {.output_bytes = 1 << 16}});
  auto client = fixture.client();
  REQUIRE(client);
  CHECK(say(**client, "hello\n") == "hello\n");
  REQUIRE((*client)->send(as_bytes("flood\n")));
  while (fixture.counters().open > 0) std::this_thread::yield();
  CHECK(fixture.counters().write_timeouts == 1);
}

TEST_CASE("connections outlive their certificates, and the next ones get the new") {
  Fixture fixture;
  auto before = fixture.client();
  REQUIRE(before);
  CHECK(say(**before, "hello\n") == "hello\n");
  fixture.ca.make_pair("agent", "renewed", {.alternative_names = "DNS:renewed.example"});
  REQUIRE(*fixture.credentials->reload(unix_now()));
  CHECK(failure(fixture.client()) ==
        "its certificate (CN = renewed) is for another host than agent.example");
  CHECK(failure(fixture.client("renewed.example")) == "hello\n");
  CHECK(say(**before, "still there\n") == "still there\n");
}

TEST_CASE("connections come and go while certificates are changed") {
  Fixture fixture;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      while (!done) {
        if (failure(fixture.client()) != "hello\n") ++failures;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    fixture.ca.make_pair("agent", "agent", {.alternative_names = "DNS:agent.example"});
    CHECK(fixture.credentials->reload(unix_now()));
  }
  done = true;
  for (std::thread& client : clients) client.join();
  CHECK(failures == 0);
}

TEST_CASE("a worker that drains says goodbye through TLS") {
  Fixture fixture;
  auto client = fixture.client();
  REQUIRE(client);
  CHECK(say(**client, "hello\n") == "hello\n");
  fixture.worker->drain(seconds(60));
  CHECK(receive(**client, 100) == "draining\nbye\n");
  client->reset();
  fixture.worker->join();
}

}  // namespace pointsman::net
