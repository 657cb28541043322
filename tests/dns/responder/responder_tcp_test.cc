#include <catch2/catch.hpp>
#include <numeric>

#include "dns/responder/responder.h"
#include "dns/responder/responder_fixture.h"

namespace pointsman::dns {
namespace {

using std::chrono::milliseconds;
using test::dns_query;
using test::DnsReply;
using test::framed;
using test::kBig;
using test::kWeb;
using test::ResponderFixture;
using test::SocketClient;

constexpr milliseconds kSoon{50};

ResponderOptions idle_after(milliseconds time) {
  ResponderOptions options;
  options.answer.tcp_idle = time;
  return options;
}

ByteBuffer with_id(ByteBuffer query, unsigned id) {
  query[0] = static_cast<std::uint8_t>(id >> 8);
  query[1] = static_cast<std::uint8_t>(id);
  return query;
}

}  // namespace

TEST_CASE("two queries in one piece are both answered") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  ByteBuffer both = framed(with_id(kWeb, 1));
  append_bytes(both, framed(with_id(kWeb, 2)));
  client.send(both);
  CHECK(ResponderFixture::read_reply(client).id == 1);
  CHECK(ResponderFixture::read_reply(client).id == 2);
}

TEST_CASE("a query that comes byte by byte is answered") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  for (const std::uint8_t byte : framed(kWeb)) client.send({&byte, 1});
  CHECK(ResponderFixture::read_reply(client).answers == 3);
  const ByteBuffer query = framed(kWeb);
  client.send(Bytes(query).first(2));
  client.send(Bytes(query).subspan(2));
  CHECK(ResponderFixture::read_reply(client).answers == 3);
}

TEST_CASE("of 100 queries before the first read all are answered, also with long answers") {
  for (const ByteBuffer& query : {kWeb, kBig}) {
    ResponderFixture fixture;
    SocketClient client = fixture.connected();
    for (unsigned id = 1; id <= 100; ++id) client.send(framed(with_id(query, id)));
    unsigned sum = 0;
    for (int i = 0; i < 100; ++i) sum += ResponderFixture::read_reply(client).id;
    CHECK(sum == 100 * 101 / 2);
  }
}

TEST_CASE("a long answer is whole by TCP") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  const DnsReply reply = ResponderFixture::ask_by_tcp(client, kBig);
  CHECK(reply.answers == 200);
  CHECK_FALSE(reply.truncated());
}

TEST_CASE("who never reads is read no more at some point, and closed in time") {
  ResponderOptions options;
  options.write_timeout = kSoon;
  ResponderFixture fixture(options);
  SocketClient client(fixture.address);
  client.shrink_receive_buffer();
  REQUIRE(client.connect());
  const ByteBuffer query = framed(kBig);
  ssize_t sent = 0;
  while (sent >= 0) sent = client.send_some(query);  // until the connection is closed
  fixture.wait_until([](const auto& c) { return c.connections.write_timeouts == 1; });
  CHECK(fixture.ask_by_udp(kWeb).answers == 3);
}

TEST_CASE("fewer bytes than a header announced close the connection") {
  for (const std::size_t length : {0u, 1u, 11u}) {
    INFO(length);
    ResponderFixture fixture;
    SocketClient client = fixture.connected();
    client.send(framed(ByteBuffer(length)));
    CHECK(client.at_end());
  }
}

TEST_CASE("who announces a message and sends only a part is closed in time") {
  ResponderFixture fixture(idle_after(kSoon));
  SocketClient client = fixture.connected();
  ByteBuffer part;
  append_u16(part, 500);
  part.resize(30);
  client.send(part);
  CHECK(client.at_end());
  CHECK(fixture.responder->counters().connections.hello_timeouts == 1);
}

TEST_CASE("who sends bytes but never a whole query is closed in time all the same") {
  ResponderFixture fixture(idle_after(kSoon));
  SocketClient client = fixture.connected();
  ByteBuffer start;
  append_u16(start, 60000);
  ssize_t sent = client.send_some(start);
  const std::uint8_t byte = 0;
  while (sent >= 0) sent = client.send_some({&byte, 1});
  fixture.wait_until([](const auto& c) { return c.connections.open == 0; });
}

TEST_CASE("HTTP is no DNS: it announces 18,245 bytes, and is closed in time") {
  ResponderFixture fixture(idle_after(kSoon));
  SocketClient client = fixture.connected();
  client.send(as_bytes("GET / HTTP/1.1\r\nHost: hap.test\r\n\r\n"));
  CHECK(client.at_end());
}

TEST_CASE("a connection that is not used any more is closed in time") {
  ResponderFixture fixture(idle_after(kSoon));
  SocketClient client = fixture.connected();
  CHECK(ResponderFixture::ask_by_tcp(client, kWeb).answers == 3);
  CHECK(client.at_end());
  CHECK(fixture.responder->counters().connections.idle_timeouts == 1);
}

TEST_CASE("a length that does not fit the message does no harm") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  ByteBuffer short_by_some = framed(kWeb);
  short_by_some[1] = 20;
  client.send(short_by_some);
  CHECK(ResponderFixture::read_reply(client).rcode() == rcode::kFormErr);
  SocketClient next = fixture.connected();
  CHECK(ResponderFixture::ask_by_tcp(next, kWeb).answers == 3);
}

TEST_CASE("65,535 zero bytes are a format error") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  CHECK(ResponderFixture::ask_by_tcp(client, ByteBuffer(65535)).rcode() == rcode::kFormErr);
  CHECK(ResponderFixture::ask_by_tcp(client, kWeb).answers == 3);
}

TEST_CASE("one connection more than there may be takes the place of the one used longest ago") {
  ResponderFixture fixture;
  std::vector<SocketClient> clients;
  for (std::size_t i = 0; i < limits::kDnsConnections; ++i) {
    clients.push_back(fixture.connected());
    CHECK(ResponderFixture::ask_by_tcp(clients.back(), kWeb).answers == 3);
  }
  CHECK(fixture.responder->counters().connections.evicted == 0);
  CHECK(ResponderFixture::ask_by_tcp(clients[0], kWeb).answers == 3);
  SocketClient one_more = fixture.connected();
  CHECK(ResponderFixture::ask_by_tcp(one_more, kWeb).answers == 3);
  CHECK(clients[1].at_end());
  CHECK(ResponderFixture::ask_by_tcp(clients[0], kWeb).answers == 3);
  CHECK(ResponderFixture::ask_by_tcp(clients[2], kWeb).answers == 3);
  CHECK(fixture.responder->counters().connections.evicted == 1);
  CHECK(fixture.responder->counters().connections.open == limits::kDnsConnections);
}

TEST_CASE("who ends its side after a query gets the answer and then the end") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  for (unsigned id = 1; id <= 100; ++id) client.send(framed(with_id(kBig, id)));
  client.end_writing();
  for (unsigned id = 1; id <= 100; ++id) CHECK(ResponderFixture::read_reply(client).id == id);
  CHECK(client.at_end());
}

TEST_CASE("the time of idle connections is told by TCP to who asks for it, and never by UDP") {
  ResponderFixture fixture(idle_after(std::chrono::seconds(10)));
  const ByteBuffer keepalive{0, 11, 0, 0};
  const ByteBuffer query =
      dns_query("web.service.hap.test A", {.opt_size = 1232, .options = keepalive});
  SocketClient client = fixture.connected();
  const DnsReply by_tcp = ResponderFixture::ask_by_tcp(client, query);
  const Bytes option = Bytes(by_tcp.bytes).last(6);
  CHECK(ByteBuffer(option.begin(), option.end()) == ByteBuffer{0, 11, 0, 2, 0, 100});
  CHECK(fixture.ask_by_udp(query).size == by_tcp.size - 6);
}

}  // namespace pointsman::dns
