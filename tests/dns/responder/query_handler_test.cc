#include "dns/responder/query_handler.h"

#include <catch2/catch.hpp>

#include "dns/responder/small_zones.h"
#include "support/dns_message.h"

namespace pointsman::dns {
namespace {

using test::dns_query;
using test::DnsReply;

const IpAddress kStranger = *IpAddress::parse("192.0.2.1");
const IpAddress kNeighbour = *IpAddress::parse("10.1.2.3");

struct Fixture {
  explicit Fixture(const RateLimitOptions& rate_limit = {}, const AnswerOptions& options = {})
      : handler(zones, options, AskerPolicy({*IpNetwork::parse("10.0.0.0/8")}), rate_limit, 1,
                [this] { return now; }) {
    zones.publish(test::small_zones());
  }

  Reply ask(const ByteBuffer& query, const IpAddress& from = kNeighbour, bool by_tcp = false) {
    return handler.answer(query, handler.describe(from, by_tcp), out);
  }
  DnsReply reply(const Reply& reply) const { return DnsReply(Bytes(out).first(reply.size)); }

  Published<Zones> zones;
  UnixSeconds now = 1700000000;
  ByteBuffer out = ByteBuffer(kReplyBytesMax);
  QueryHandler handler;
};

}  // namespace

TEST_CASE("before zones are published nobody gets an answer, and that is counted") {
  const Published<Zones> none;
  QueryHandler handler(none, {}, AskerPolicy({}), {}, 1, [] { return UnixSeconds{0}; });
  ByteBuffer out(kReplyBytesMax);
  const ByteBuffer query = dns_query("web.service.hap.test A");
  for (const bool by_tcp : {false, true}) {
    CHECK(handler.answer(query, handler.describe(kNeighbour, by_tcp), out).act ==
          Reply::Act::kSilence);
  }
  CHECK(handler.counters().without_zones == 2);
}

TEST_CASE("a query is answered from the zones that are current when it comes") {
  Fixture fixture;
  const ByteBuffer query = dns_query("web.service.hap.test A");
  CHECK(fixture.reply(fixture.ask(query)).answers == 3);
  fixture.zones.publish(std::make_shared<const Zones>(Zones::Contents{}));
  CHECK(fixture.reply(fixture.ask(query)).rcode() == rcode::kRefused);
  CHECK(fixture.handler.counters().answers_by_rcode[rcode::kNoError] == 1);
  CHECK(fixture.handler.counters().answers_by_rcode[rcode::kRefused] == 1);
}

TEST_CASE("a datagram to a stranger is short, one to a neighbour as long as it asks for") {
  Fixture fixture;
  const ByteBuffer query = dns_query("big.service.hap.test SRV", {.opt_size = 65535});
  const Reply to_neighbour = fixture.ask(query);
  CHECK_FALSE(fixture.reply(to_neighbour).truncated());
  CHECK(fixture.reply(to_neighbour).answers == 200);
  const Reply to_stranger = fixture.ask(query, kStranger);
  CHECK(to_stranger.size <= limits::kDatagramBytesStranger);
  CHECK(fixture.reply(to_stranger).truncated());
  CHECK(fixture.reply(to_stranger).answers > 0);
  CHECK_FALSE(fixture.reply(fixture.ask(query, kStranger, true)).truncated());
}

TEST_CASE("names of others are forwarded for who may have that and wants it") {
  Fixture fixture;
  const ByteBuffer query = dns_query("www.example.org A", {.recursion = true});
  CHECK(fixture.ask(query).act == Reply::Act::kForward);
  CHECK(fixture.reply(fixture.ask(query, kStranger)).rcode() == rcode::kRefused);
  CHECK(fixture.reply(fixture.ask(dns_query("www.example.org A"))).rcode() == rcode::kRefused);
}

TEST_CASE("1,000 equal queries from a network get answers up to the limit and truncated ones") {
  Fixture fixture({.per_second = 100, .slip = 2});
  const ByteBuffer query = dns_query("WeB.service.hap.test A");
  int whole = 0;
  int truncated = 0;
  int none = 0;
  for (int i = 0; i < 1000; ++i) {
    const IpAddress from = *IpAddress::parse("192.0.2." + std::to_string(i % 256));
    const Reply got = fixture.ask(query, from);
    if (got.act == Reply::Act::kSilence) {
      ++none;
      continue;
    }
    const DnsReply reply = fixture.reply(got);
    CHECK(reply.has_question_of(query));
    CHECK(reply.answers == (reply.truncated() ? 0 : 3));
    CHECK((!reply.truncated() || reply.size == query.size()));
    ++(reply.truncated() ? truncated : whole);
  }
  CHECK(whole == 100);
  CHECK(truncated == 450);
  CHECK(none == 450);
  CHECK(fixture.handler.counters().limited == 450);
  CHECK(fixture.handler.counters().slipped == 450);
  fixture.now += 1;
  CHECK(fixture.reply(fixture.ask(query, kStranger)).answers == 3);
}

TEST_CASE("a flood of names that are not there counts as one kind") {
  Fixture fixture({.per_second = 10, .slip = 0});
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto query = dns_query("x" + std::to_string(i) + ".service.hap.test A");
    if (fixture.ask(query, kStranger).act == Reply::Act::kSend) ++answered;
  }
  CHECK(answered == 10);
}

TEST_CASE("local networks, TCP and good cookies are not limited") {
  AnswerOptions options;
  options.cookies = true;
  Fixture fixture({.per_second = 1, .slip = 0}, options);
  const ByteBuffer query = dns_query("web.service.hap.test A");
  for (int i = 0; i < 10; ++i) {
    CHECK(fixture.ask(query, kNeighbour).act == Reply::Act::kSend);
    CHECK(fixture.ask(query, kStranger, true).act == Reply::Act::kSend);
  }
  // The first reply has the server's cookie as the last 24 bytes.
  const ByteBuffer client_cookie{0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
  const auto first = fixture.reply(
      fixture.ask(dns_query("web.service.hap.test A", {.opt_size = 1232, .options = client_cookie}),
                  kStranger));
  ByteBuffer whole_cookie{0, 10, 0, 24};
  append_bytes(whole_cookie, Bytes(first.bytes).last(24));
  const ByteBuffer with_cookie =
      dns_query("web.service.hap.test A", {.opt_size = 1232, .options = whole_cookie});
  for (int i = 0; i < 10; ++i) {
    CHECK(fixture.ask(with_cookie, kStranger).act == Reply::Act::kSend);
  }
  CHECK(fixture.ask(query, kStranger).act == Reply::Act::kSilence);
}

TEST_CASE("no datagram to a stranger without a cookie is 31 times its query, nor above the cap") {
  Fixture fixture;
  for (const char* question :
       {"big.service.hap.test SRV", "big.service.hap.test ANY", "big.service.hap.test A",
        "hap.test NS", "hap.test ANY", "nope.hap.test A"}) {
    INFO(question);
    const ByteBuffer query = dns_query(question, {.opt_size = 65535});
    const Reply reply = fixture.ask(query, kStranger);
    CHECK(reply.size <= limits::kDatagramBytesStranger);
    CHECK(reply.size <= 31 * query.size());
  }
  const Reply any = fixture.ask(dns_query("big.service.hap.test ANY"), kStranger);
  CHECK(fixture.reply(any).answers == 1);
}

}  // namespace pointsman::dns
