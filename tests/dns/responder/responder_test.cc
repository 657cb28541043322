#include "dns/responder/responder.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <set>

#include "base/log.h"
#include "dns/responder/fake_resolver.h"
#include "dns/responder/responder_fixture.h"
#include "support/sanitizer.h"

namespace pointsman::dns {
namespace {

using std::chrono::milliseconds;
using test::DatagramClient;
using test::dns_query;
using test::DnsReply;
using test::FakeResolver;
using test::framed;
using test::kBig;
using test::kWeb;
using test::ResponderFixture;
using test::SocketClient;

ResponderOptions forwarding_to(const FakeResolver& resolver) {
  ResponderOptions options;
  options.forward.allow = {*IpNetwork::parse("127.0.0.0/8")};
  options.forward.to = {{*IpAddress::parse("127.0.0.1"), resolver.port()}};
  return options;
}

const ByteBuffer kOthers = dns_query("www.example.org A", {.recursion = true});

ByteBuffer resolved(ByteBuffer message) {
  message[2] |= 0x80;
  message[7] = 5;
  return message;
}

std::uint32_t serial_of(const DnsReply& soa) { return WireCursor(Bytes(soa.bytes).last(20)).u32(); }

// While it lives, the process can open no descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const FileDescriptor lowest_free(dup(0));
    const rlimit none{static_cast<rlim_t>(lowest_free.get()), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("queries are answered by UDP and TCP, on IPv4 and IPv6") {
  for (const char* listen : {"127.0.0.1:0", "[::1]:0", "*:0"}) {
    INFO(listen);
    ResponderOptions options;
    options.listen = {*ListenAddress::parse(listen)};
    ResponderFixture fixture(options);
    CHECK(fixture.ask_by_udp(kWeb).answers == 3);
    SocketClient client = fixture.connected();
    CHECK(ResponderFixture::ask_by_tcp(client, kWeb).answers == 3);
  }
}

TEST_CASE("several workers share each of several addresses") {
  ResponderOptions options;
  options.workers = 3;
  options.listen = {*ListenAddress::parse("127.0.0.1:0"), *ListenAddress::parse("127.0.0.2:0")};
  ResponderFixture fixture(options);
  REQUIRE(fixture.responder->addresses().size() == 2);
  for (const ListenAddress& address : fixture.responder->addresses()) {
    fixture.address = address;
    for (int i = 0; i < 30; ++i) {
      CHECK(fixture.ask_by_udp(kWeb).answers == 3);
      SocketClient client = fixture.connected();
      CHECK(ResponderFixture::ask_by_tcp(client, kWeb).answers == 3);
    }
  }
  const ResponderCounters counters = fixture.responder->counters();
  CHECK(counters.udp.received == 60);
  CHECK(counters.connections.accepted == 60);
  CHECK(counters.queries.answers_by_rcode[rcode::kNoError] == 120);
}

TEST_CASE("an address that somebody has is an error") {
  const ResponderFixture fixture;
  ResponderOptions options;
  options.listen = {fixture.address};
  CHECK_FALSE(Responder::start(options, fixture.zones));
}

TEST_CASE("a resolver that is this responder itself is an error") {
  const FakeResolver resolver;
  ResponderOptions options = forwarding_to(resolver);
  options.listen = {*ListenAddress::parse("127.0.0.2:" + std::to_string(resolver.port()))};
  options.forward.to.front().address = *IpAddress::parse("127.0.0.2");
  Published<Zones> zones;
  const auto started = Responder::start(options, zones);
  REQUIRE_FALSE(started);
  CHECK(started.error().message.ends_with("is this responder itself"));
}

TEST_CASE("responses and what is shorter than a header get no answer by UDP, ever") {
  ResponderFixture fixture;
  DatagramClient client(fixture.address);
  ByteBuffer response = kWeb;
  response[2] |= 0x80;
  client.send(response);
  client.send({});
  client.send(Bytes(kWeb).first(1));
  client.send(Bytes(kWeb).first(11));
  client.send(kWeb);
  CHECK(DnsReply(client.receive()).answers == 3);
  CHECK_FALSE(client.has_answer());
  CHECK(fixture.responder->counters().queries.silent == 4);
}

TEST_CASE("a response by TCP closes the connection") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  ByteBuffer response = kWeb;
  response[2] |= 0x80;
  client.send(framed(response));
  CHECK(client.at_end());
}

TEST_CASE("before zones are published nobody gets an answer, and afterwards everybody does") {
  ResponderFixture fixture({}, false);
  DatagramClient client(fixture.address);
  client.send(kWeb);
  fixture.wait_until([](const auto& counters) { return counters.queries.without_zones == 1; });
  SocketClient by_tcp = fixture.connected();
  by_tcp.send(framed(kWeb));
  CHECK(by_tcp.at_end());
  CHECK_FALSE(client.has_answer());
  fixture.zones.publish(test::small_zones());
  client.send(kWeb);
  CHECK(DnsReply(client.receive()).answers == 3);
}

TEST_CASE("changes under way show no answer of two revisions, and no step back") {
  constexpr std::uint32_t kRevisions = test::kSanitized ? 30 : 300;
  ResponderOptions options;
  options.workers = 2;
  ResponderFixture fixture(options);
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    for (std::uint32_t revision = 2; revision <= kRevisions; ++revision) {
      fixture.zones.publish(test::small_zones(revision));
    }
    done = true;
  });
  const ByteBuffer instances = dns_query("web.service.hap.test SRV", {.opt_size = 4096});
  const ByteBuffer soa = dns_query("hap.test SOA");
  std::uint32_t last_serial = 0;
  std::uint32_t last_port = 0;
  for (bool last_turn = false; !last_turn;) {
    last_turn = done;
    DatagramClient client(fixture.address);  // of any worker
    for (int i = 0; i < 32; ++i) client.send(i % 2 == 0 ? instances : soa);
    for (int i = 0; i < 32; ++i) {
      const DnsReply reply(client.receive());
      if (reply.additionals == 0) {
        CHECK(serial_of(reply) >= last_serial);
        last_serial = serial_of(reply);
        continue;
      }
      REQUIRE(reply.answers == 3);
      std::set<std::uint32_t> ports;  // as the third field of each record's data
      std::size_t at = instances.size() - 11;
      for (int record = 0; record < 3; ++record) {
        const Bytes bytes = Bytes(reply.bytes).subspan(at);
        ports.insert(WireCursor(bytes.subspan(12 + 4)).u16());
        at += record_size(bytes);
      }
      CHECK(ports.size() == 1);
      CHECK(*ports.begin() >= last_port);
      last_port = *ports.begin();
    }
  }
  publisher.join();
  CHECK(last_serial == kRevisions);
  CHECK(last_port == kRevisions);
}

TEST_CASE("without descriptors TCP waits and UDP goes on") {
  // Before there are other threads. Nothing is checked or logged below without descriptors, and the
  // log was used before: UBSan looks into objects that it does not know by way of a pipe.
  set_up_log("off", LogFormat::kText);
  ResponderFixture fixture;
  DatagramClient by_udp(fixture.address);
  SocketClient by_tcp(fixture.address);
  bool connected = false;
  ByteBuffer reply;
  {
    const NoDescriptors none;
    connected = by_tcp.connect();
    by_tcp.send(framed(kWeb));
    by_udp.send(kWeb);
    reply = by_udp.receive();
  }
  CHECK(connected);
  CHECK(DnsReply(reply).answers == 3);
  CHECK(ResponderFixture::read_reply(by_tcp).answers == 3);
}

TEST_CASE("names of others are looked up for who may have that, by UDP") {
  FakeResolver resolver;
  ResponderFixture fixture(forwarding_to(resolver));
  DatagramClient client(fixture.address);
  client.send(kOthers);
  const auto query = resolver.take_by_udp();
  resolver.answer_by_udp(query, resolved(query.message));
  const DnsReply reply(client.receive());
  CHECK(reply.id == 0x1234);
  CHECK(reply.answers == 5);
  CHECK(fixture.responder->counters().relay.answered == 1);
}

TEST_CASE("names of others are looked up by TCP, also for who has ended its side") {
  FakeResolver resolver;
  ResponderFixture fixture(forwarding_to(resolver));
  SocketClient client = fixture.connected();
  client.send(framed(kOthers));
  client.send(framed(kWeb));
  client.end_writing();
  CHECK(ResponderFixture::read_reply(client).answers == 3);
  const auto connection = resolver.accept_tcp();
  ByteBuffer sent(kOthers.size() + 2);
  REQUIRE(recv(connection.get(), sent.data(), sent.size(), MSG_WAITALL) ==
          static_cast<ssize_t>(sent.size()));
  const ByteBuffer reply = framed(resolved(ByteBuffer(sent.begin() + 2, sent.end())));
  REQUIRE(send(connection.get(), reply.data(), reply.size(), 0) ==
          static_cast<ssize_t>(reply.size()));
  CHECK(ResponderFixture::read_reply(client).answers == 5);
  CHECK(client.at_end());
}

TEST_CASE("names of others are refused to everybody else") {
  FakeResolver resolver;
  ResponderOptions options = forwarding_to(resolver);
  options.forward.allow = {*IpNetwork::parse("10.0.0.0/8")};
  ResponderFixture not_allowed(options);
  CHECK(not_allowed.ask_by_udp(kOthers).rcode() == rcode::kRefused);
  options.forward.allow.clear();
  ResponderFixture nobody(options);
  CHECK(nobody.ask_by_udp(kOthers).rcode() == rcode::kRefused);
  CHECK_FALSE(resolver.was_asked());
}

TEST_CASE("a drain ends connections once they are quiet, answers until then, and frees the port") {
  ResponderFixture fixture;
  SocketClient client = fixture.connected();
  CHECK(ResponderFixture::ask_by_tcp(client, kWeb).answers == 3);
  DatagramClient late(fixture.address);
  std::thread drain([&] { fixture.responder->drain(std::chrono::seconds(60)); });
  late.send(kWeb);
  CHECK(DnsReply(late.receive()).answers == 3);
  CHECK(client.at_end());
  client.close();
  drain.join();
  CHECK(fixture.responder->counters().udp.sent == 1);
  CHECK_FALSE(SocketClient(fixture.address).connect());
  fixture.responder.reset();
  ResponderOptions options;
  options.listen = {fixture.address};
  CHECK(Responder::start(options, fixture.zones));
}

TEST_CASE("a responder with connections and forwarded queries may end at any time") {
  FakeResolver resolver;
  ResponderFixture fixture(forwarding_to(resolver));
  SocketClient client = fixture.connected();
  client.send(framed(kOthers));
  DatagramClient by_udp(fixture.address);
  by_udp.send(kOthers);
  fixture.wait_until([](const auto& counters) { return counters.relay.forwarded == 2; });
  fixture.responder.reset();
  CHECK(client.at_end());
}

TEST_CASE("dig gets its answers by UDP and by TCP") {
  ResponderFixture fixture;
  for (const char* transport : {"+notcp", "+tcp"}) {
    const std::string command = "dig @127.0.0.1 -p " + std::to_string(fixture.address.port) + " " +
                                transport + " +short +tries=1 web.service.hap.test A";
    INFO(command);
    FILE* const output = popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::string text(4096, '\0');
    text.resize(fread(text.data(), 1, text.size(), output));
    CHECK(pclose(output) == 0);
    CHECK(text == "10.0.0.1\n10.0.0.2\n10.0.0.3\n");
  }
}

}  // namespace pointsman::dns
