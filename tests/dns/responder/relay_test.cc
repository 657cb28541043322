#include "dns/responder/relay.h"

#include <catch2/catch.hpp>
#include <set>

#include "dns/responder/fake_resolver.h"
#include "support/dns_message.h"

namespace pointsman::dns {
namespace {

using std::chrono::milliseconds;
using test::dns_query;
using test::DnsReply;
using test::FakeResolver;

const IpAddress kLoopback = *IpAddress::parse("127.0.0.1");
const ByteBuffer kQuery = dns_query("www.example.org A", {.recursion = true});

ByteBuffer resolved(ByteBuffer message, std::uint8_t answers = 1) {
  message[2] |= 0x80;
  message[3] |= 0x80;
  message[7] = answers;
  return message;
}

struct Fixture {
  explicit Fixture(std::vector<Resolver> to, milliseconds timeout = std::chrono::hours(1),
                   const std::vector<ListenAddress>& own = {})
      : relay(loop, {.to = std::move(to), .timeout = timeout}, own, [this] { return next_id++; }) {}
  explicit Fixture(const FakeResolver& resolver)
      : Fixture({{.address = kLoopback, .port = resolver.port()}}) {}

  void forward(const ByteBuffer& query = kQuery, const char* client = "10.0.0.1",
               bool over_tcp = false) {
    const Asker asker{
        .over_tcp = over_tcp, .datagram_max = 65507, .address = *IpAddress::parse(client)};
    relay.forward(*ForwardedQuery::read(query, asker), asker, [this](Bytes reply) {
      replies.emplace_back(reply);
      if (replies.size() == wanted) loop.stop();
    });
  }
  // Turns the loop until there are so many replies.
  const DnsReply& await(std::size_t count = 1) {
    wanted = count;
    if (replies.size() < count) loop.run();
    return replies.at(count - 1);
  }
  // What is ready now is handled.
  void turn() {
    net::Timer done(loop, [this] { loop.stop(); });
    done.start(milliseconds(0));
    loop.run();
  }

  net::EventLoop loop;
  std::uint64_t next_id = 0x7000;
  std::size_t wanted = 0;
  std::vector<DnsReply> replies;
  Relay relay;
};

void send_all(const FileDescriptor& fd, Bytes bytes) {
  REQUIRE(send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

}  // namespace

TEST_CASE("a query goes to the resolver under another id, and its reply back") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  fixture.forward();
  const auto query = resolver.take_by_udp();
  CHECK(DnsReply(query.message).id == 0x7000);
  resolver.answer_by_udp(query, resolved(query.message, 2));
  const DnsReply& reply = fixture.await();
  CHECK(reply.id == 0x1234);
  CHECK(reply.answers == 2);
  CHECK(reply.recursion_available());
  CHECK_FALSE(reply.authoritative());
  CHECK(reply.has_question_of(kQuery));
  CHECK(fixture.relay.counters().answered == 1);
}

TEST_CASE("each query comes from a port of its own") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  std::set<std::uint16_t> ports;
  for (std::size_t i = 0; i < limits::kForwardsPerClient; ++i) {
    fixture.forward();
    ports.insert(resolver.take_by_udp().from.port());
  }
  CHECK(ports.size() == limits::kForwardsPerClient);
}

TEST_CASE("a reply with another id or question is passed over, and the right one still counts") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  fixture.forward();
  const auto query = resolver.take_by_udp();
  ByteBuffer other_id = resolved(query.message);
  other_id[0] ^= 1;
  ByteBuffer other_question = resolved(query.message);
  other_question[14] ^= 1;
  resolver.answer_by_udp(query, other_id);
  resolver.answer_by_udp(query, other_question);
  resolver.answer_by_udp(query, as_bytes("x"));
  resolver.answer_by_udp(query, query.message);
  resolver.answer_by_udp(query, resolved(query.message, 3));
  CHECK(fixture.await().answers == 3);
  CHECK(fixture.relay.counters().mismatched == 4);
}

TEST_CASE("nothing counts that comes from another address or port than was asked") {
  FakeResolver resolver;
  FakeResolver other;
  Fixture fixture(resolver);
  fixture.forward();
  const auto query = resolver.take_by_udp();
  other.answer_by_udp(query, resolved(query.message, 9));
  resolver.answer_by_udp(query, resolved(query.message, 1));
  CHECK(fixture.await().answers == 1);
  CHECK(fixture.relay.counters().mismatched == 0);
}

TEST_CASE("a server that is silent in time, or not there, gives way to the next") {
  FakeResolver silent;
  FakeResolver answering;
  std::uint16_t unused = 0;
  {
    const FakeResolver gone;
    unused = gone.port();
  }
  Fixture fixture({{kLoopback, silent.port()}, {kLoopback, unused}, {kLoopback, answering.port()}},
                  milliseconds(20));
  fixture.forward();
  net::FdWatch watch(fixture.loop, answering.udp_fd(), {.readable = true}, [&](net::Readiness) {
    const auto query = answering.take_by_udp();
    CHECK(DnsReply(query.message).id == 0x7002);
    answering.answer_by_udp(query, resolved(query.message));
  });
  CHECK(fixture.await().rcode() == 0);
  CHECK(silent.was_asked());
}

TEST_CASE("where no server answers, the client gets SERVFAIL") {
  FakeResolver silent;
  Fixture fixture({{kLoopback, silent.port()}}, milliseconds(5));
  fixture.forward();
  const DnsReply& reply = fixture.await();
  CHECK(reply.rcode() == 2);
  CHECK(reply.has_question_of(kQuery));
  CHECK(fixture.relay.counters().failed == 1);
}

TEST_CASE("a client has so many queries under way, and one more fails at once") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  for (std::size_t i = 0; i < limits::kForwardsPerClient; ++i) fixture.forward();
  CHECK(fixture.replies.empty());
  fixture.forward();
  REQUIRE(fixture.replies.size() == 1);
  CHECK(fixture.replies.front().rcode() == 2);
  CHECK(fixture.relay.counters().refused == 1);
  fixture.forward(kQuery, "10.0.0.2");
  CHECK(fixture.replies.size() == 1);
  const auto query = resolver.take_by_udp();
  resolver.answer_by_udp(query, resolved(query.message));
  fixture.await(2);
  fixture.forward();  // there is room again
  CHECK(fixture.replies.size() == 2);
}

TEST_CASE("a worker has so many queries under way, and one more fails at once") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  for (std::size_t i = 0; i < limits::kForwardsPerWorker; ++i) {
    fixture.forward(kQuery, ("10.0.0." + std::to_string(i / limits::kForwardsPerClient)).c_str());
  }
  CHECK(fixture.relay.counters().refused == 0);
  fixture.forward(kQuery, "10.9.9.9");
  CHECK(fixture.relay.counters().refused == 1);
  CHECK(fixture.replies.at(0).rcode() == 2);
}

TEST_CASE("a client that came by TCP has its query sent by TCP") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  fixture.forward(kQuery, "10.0.0.1", true);
  const auto connection = resolver.accept_tcp();
  fixture.turn();
  ByteBuffer sent(1000);
  const ssize_t got = recv(connection.get(), sent.data(), sent.size(), 0);
  sent.resize(static_cast<std::size_t>(got));
  const ByteBuffer message(sent.begin() + 2, sent.end());
  CHECK(sent == test::framed(message));
  ByteBuffer reply = resolved(message, 7);
  reply.resize(60000);
  send_all(connection, Bytes(test::framed(reply)).first(1));
  fixture.turn();
  send_all(connection, Bytes(test::framed(reply)).subspan(1));
  CHECK(fixture.await().answers == 7);
  CHECK(fixture.await().size == 60000);
  CHECK_FALSE(resolver.was_asked());
}

TEST_CASE("by TCP too, a server that closes or answers something else gives way to the next") {
  FakeResolver closing;
  FakeResolver wrong;
  Fixture fixture({{kLoopback, closing.port()}, {kLoopback, wrong.port()}});
  fixture.forward(kQuery, "10.0.0.1", true);
  closing.accept_tcp().reset();
  fixture.turn();  // the query is sent, or that failed already
  while (!wrong.has_connection()) fixture.turn();
  const auto connection = wrong.accept_tcp();
  send_all(connection, test::framed(resolved(kQuery)));
  CHECK(fixture.await().rcode() == 2);
  CHECK(fixture.relay.counters().mismatched == 1);
}

TEST_CASE("a relay that ends forgets what is under way") {
  FakeResolver resolver;
  Fixture fixture(resolver);
  fixture.forward();
  fixture.forward(kQuery, "10.0.0.1", true);
  CHECK(fixture.replies.empty());
}

TEST_CASE("servers are not asked that are this responder") {
  FakeResolver self;
  const ListenAddress wildcard = *ListenAddress::parse("*:" + std::to_string(self.port()));
  const ListenAddress own = *ListenAddress::parse("127.0.0.1:" + std::to_string(self.port()));
  for (const ListenAddress& listen : {wildcard, own}) {
    Fixture fixture({{kLoopback, self.port()}}, std::chrono::hours(1), {listen});
    fixture.forward();
    CHECK(fixture.await().rcode() == 2);
    CHECK(fixture.relay.counters().loops == 1);
    CHECK_FALSE(self.was_asked());
  }
}

TEST_CASE("settings that would ask this responder itself are refused") {
  const auto refusal = [](const char* server, std::uint16_t port, const char* listen) {
    const auto checked =
        check_forward({.to = {{*IpAddress::parse(server), port}}}, {*ListenAddress::parse(listen)});
    return checked ? "" : checked.error().message;
  };
  const std::string itself = "forward.to: 127.0.0.1 port 53: is this responder itself";
  CHECK(refusal("127.0.0.1", 53, "127.0.0.1:53") == itself);
  CHECK(refusal("127.0.0.1", 53, "*:53") == itself);
  CHECK(refusal("127.0.0.1", 53, "0.0.0.0:53") == itself);
  CHECK_FALSE(refusal("127.9.9.9", 53, "*:53").empty());
  CHECK_FALSE(refusal("::1", 53, "*:53").empty());
  CHECK(refusal("127.0.0.1", 53, "127.0.0.1:8600").empty());
  CHECK(refusal("127.0.0.1", 53, "127.0.0.2:53").empty());
  CHECK(refusal("192.0.2.1", 53, "*:53").empty());
  CHECK_FALSE(refusal("0.0.0.0", 53, "127.0.0.1:8600").empty());
  CHECK_FALSE(refusal("192.0.2.1", 0, "127.0.0.1:8600").empty());
}

TEST_CASE("so many servers and networks may be given, and no more") {
  ForwardOptions options;
  options.to.assign(limits::kForwardServers, {*IpAddress::parse("192.0.2.1"), 53});
  options.allow.assign(limits::kForwardNetworks, *IpNetwork::parse("10.0.0.0/8"));
  CHECK(check_forward(options, {}));
  options.to.push_back(options.to.front());
  CHECK(check_forward(options, {}).error().message == "forward.to: at most 3 servers");
  options.to.pop_back();
  options.allow.push_back(options.allow.front());
  CHECK(check_forward(options, {}).error().message == "forward.allow: at most 64 networks");
}

TEST_CASE("counters of relays add up") {
  RelayCounters sum{.forwarded = 1};
  sum +=
      {.forwarded = 10, .answered = 20, .failed = 30, .refused = 40, .mismatched = 50, .loops = 60};
  CHECK(sum.forwarded == 11);
  CHECK(sum.answered == 20);
  CHECK(sum.failed == 30);
  CHECK(sum.refused == 40);
  CHECK(sum.mismatched == 50);
  CHECK(sum.loops == 60);
}

}  // namespace pointsman::dns
