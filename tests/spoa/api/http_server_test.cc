#include "api/http_server.h"

#include <catch2/catch.hpp>

#include "fake_control.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using namespace pointsman::api;
using namespace std::chrono_literals;
using Catch::Contains;
using test::SocketClient;

namespace {

const std::string kBody = R"({"address": "10.0.0.7", "port": 8080})";

struct Fixture {
  explicit Fixture(const HttpServerOptions& options = {}) {
    const auto unix_socket = ListenAddress::parse("unix:" + folder.path("admin.sock"));
    auto opened = net::open_listeners({*ListenAddress::parse("127.0.0.1:0"), *unix_socket}, 1, {});
    REQUIRE(opened);
    listeners = opened->front();
    server = HttpServer::start(listeners, api, options);
  }
  SocketClient connected(bool by_tcp = false) const {
    return SocketClient::connected(listeners[by_tcp ? 0 : 1]->address());
  }
  std::string ask(const std::string& request, bool by_tcp = false) const {
    SocketClient client = connected(by_tcp);
    client.send(as_bytes(request));
    return rest(client);
  }
  static std::string rest(SocketClient& client) {
    std::string text;
    for (ByteBuffer some = client.receive_some(); !some.empty(); some = client.receive_some()) {
      text.append(some.begin(), some.end());
    }
    return text;
  }
  static Bytes as_bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  test::TemporaryFolder folder;
  test::FakeControl control;
  Published<TokenBook> tokens;
  AdminApi api{control, tokens};
  net::Listeners listeners;
  std::unique_ptr<HttpServer> server;
};

std::string put(const std::string& headers, const std::string& body = kBody) {
  return "PUT /v1/services/web/instances/web-1 HTTP/1.1\r\nHost: x\r\n"
         "Content-Type: application/json\r\n" +
         headers + "\r\n" + body;
}
std::string length(std::size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

// A GET whose head, with the empty line at its end, has so many bytes.
std::string get_of(std::size_t bytes) {
  std::string head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
  while (bytes - head.size() > 1000) head += "X: " + std::string(500, 'x') + "\r\n";
  return head + "Y: " + std::string(bytes - head.size() - 7, 'y') + "\r\n\r\n";
}

}  // namespace

TEST_CASE("requests are answered over unix sockets and TCP, one for each connection") {
  const Fixture f;
  const std::string get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const bool by_tcp : {false, true}) {
    const std::string answer = f.ask(get, by_tcp);
    CHECK_THAT(answer, Contains("HTTP/1.1 200 OK\r\n") && Contains("Connection: close\r\n") &&
                           Contains("\r\n\r\n{\"status\":\"ok\"}\n"));
  }
  CHECK_THAT(f.ask("HEAD /healthz HTTP/1.0\r\n\r\n"), Contains(" 200 OK\r\n"));
  CHECK_THAT(f.ask("GET /healthz?a=b HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n"),
             Contains(" 200 OK\r\n"));
}

TEST_CASE("a registration comes in, also a byte at a time") {
  const Fixture f;
  CHECK_THAT(f.ask(put(length(kBody.size()))), Contains("HTTP/1.1 201 Created\r\n"));
  SocketClient client = f.connected();
  for (const char c : put(length(kBody.size()))) client.send(Fixture::as_bytes(std::string(1, c)));
  CHECK_THAT(Fixture::rest(client), Contains("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(f.ask("DELETE /v1/services/web/instances/web-1 HTTP/1.1\r\nHost: x\r\n\r\n"),
             Contains("HTTP/1.1 204 No Content\r\n"));
  CHECK_THAT(f.ask("POST /v1/services/web/confirm HTTP/1.1\r\nHost: x\r\n"
                   "Content-Type: application/json\r\n\r\n"),
             Contains(" 404 Not Found\r\n"));
}

TEST_CASE("who connects by TCP is asked for a token, whatever the headers say") {
  const Fixture f;
  const std::string answer = f.ask(
      "PUT /v1/services/web/instances/a HTTP/1.1\r\nHost: localhost\r\nREMOTE_ADDR: unix\r\n"
      "Content-Type: application/json\r\n" +
          length(kBody.size()) + "\r\n" + kBody,
      true);
  CHECK_THAT(answer, Contains(" 401 Unauthorized\r\n") &&
                         Contains("WWW-Authenticate: Bearer\r\n") &&
                         Contains("application/problem+json"));
}

TEST_CASE("a body is refused that is too long, in pieces, packed or of unclear length") {
  const Fixture f;
  const std::string longest = kBody + std::string(limits::kAdminBodyBytes - kBody.size(), ' ');
  CHECK_THAT(f.ask(put(length(longest.size()), longest)), Contains(" 201 Created\r\n"));
  CHECK_THAT(f.ask(put(length(longest.size() + 1), longest + " ")), Contains("HTTP/1.1 413 "));
  CHECK_THAT(f.ask(put(length(1ull << 40), "")), Contains("HTTP/1.1 413 "));
  CHECK_THAT(f.ask(put("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n0\r\n\r\n")),
             Contains("HTTP/1.1 411 "));
  CHECK_THAT(f.ask(put("Content-Encoding: gzip\r\n" + length(3), "abc")),
             Contains("HTTP/1.1 415 "));
  for (const char* unclear : {"-1", "1x", "", "99999999999999999999"}) {
    INFO(unclear);
    CHECK_THAT(f.ask(put(std::string("Content-Length: ") + unclear + "\r\n")),
               Contains("HTTP/1.1 400 "));
  }
  CHECK_THAT(f.ask(put(length(kBody.size()) + length(1))), Contains("HTTP/1.1 400 "));
  CHECK_THAT(f.ask(put("")), Contains("the body is not JSON"));
}

TEST_CASE("a head has at most so many bytes") {
  const Fixture f;
  const std::string most = get_of(limits::kAdminHeadBytes);
  REQUIRE(most.size() == limits::kAdminHeadBytes);
  CHECK_THAT(f.ask(most), Contains(" 200 OK\r\n"));
  CHECK_THAT(f.ask(get_of(limits::kAdminHeadBytes + 1)),
             Contains(" 400 Bad Request\r\n") && Contains("application/problem+json"));
  CHECK_THAT(f.ask("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n"), Contains("HTTP/1.1 4"));
  CHECK_THAT(f.ask("GET /healthz HTTP/1.1\r\nRange: bytes=" + std::string(7000, '1') + "\r\n\r\n"),
             Contains("HTTP/1.1 "));
}

TEST_CASE("what is no HTTP gets a 400 or nothing, and others are served on") {
  const Fixture f;
  for (const char* request :
       {"\r\n\r\n", "x\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
        "PUT\0 / HTTP/1.1\r\n\r\n", "GET http://x/healthz HTTP/1.1\r\n\r\n"}) {
    INFO(request);
    const std::string answer = f.ask(request);
    CHECK((answer.empty() || answer.starts_with("HTTP/1.1 4")));
  }
  CHECK_THAT(f.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), Contains(" 200 OK\r\n"));
}

TEST_CASE("a request that takes too long is dropped") {
  const Fixture f({.connections = 64, .request_time = 50ms});
  SocketClient silent = f.connected();
  SocketClient slow = f.connected();
  slow.send(Fixture::as_bytes("GET /healthz HT"));
  SocketClient half = f.connected();
  half.send(Fixture::as_bytes(put(length(kBody.size()), "{")));
  CHECK(Fixture::rest(silent).empty());
  CHECK(Fixture::rest(slow).find(" 200 ") == std::string::npos);
  CHECK(Fixture::rest(half).find(" 201 ") == std::string::npos);
  CHECK(f.control.registry.list("web").empty());
}

TEST_CASE("so many connections are served at once, one more waits for a place") {
  CHECK(HttpServerOptions().connections == limits::kAdminConnections);
  CHECK(HttpServerOptions().request_time == limits::kAdminRequestTime);
  const Fixture f({.connections = 2, .request_time = 10s});
  SocketClient first = f.connected();
  const std::string get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK_THAT(f.ask(get), Contains(" 200 OK\r\n"));  // at N
  SocketClient second = f.connected();
  first.send(Fixture::as_bytes("GET /hea"));
  second.send(Fixture::as_bytes("GET /hea"));
  SocketClient third = f.connected();
  third.send(Fixture::as_bytes(get));
  first.send(Fixture::as_bytes("lthz HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK_THAT(Fixture::rest(first), Contains(" 200 OK\r\n"));
  first.close();
  CHECK_THAT(Fixture::rest(third), Contains(" 200 OK\r\n"));
}

TEST_CASE("the server ends while connections are open") {
  Fixture f({.connections = 64, .request_time = 10s});
  SocketClient idle = f.connected();
  SocketClient half = f.connected();
  half.send(Fixture::as_bytes("GET /hea"));
  CHECK_THAT(f.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), Contains(" 200 OK\r\n"));
  f.server.reset();
  CHECK(Fixture::rest(idle).empty());
}
