#include "dns/responder/forwarded_query.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/dns_message.h"

namespace pointsman::dns {
namespace {

using test::dns_query;
using test::DnsReply;

constexpr std::uint16_t kId = 0xbeef;
const Asker kLocal{.datagram_max = limits::kDatagramBytesLocal, .address = {}};
const Asker kByTcp{.over_tcp = true, .address = {}};

ForwardedQuery forwarded(const ByteBuffer& query, const Asker& asker = kLocal) {
  const auto read = ForwardedQuery::read(query, asker);
  REQUIRE(read);
  return *read;
}

// What a resolver answers: the message itself as a response, with RA, AA and AD, and a tail.
ByteBuffer resolved(ByteBuffer message, std::size_t tail = 16, unsigned rcode = 0) {
  message[2] = static_cast<std::uint8_t>(message[2] | 0x84);
  message[3] = static_cast<std::uint8_t>(0xa0 | rcode);
  message[7] = 1;
  message.resize(message.size() + tail);
  return message;
}

}  // namespace

TEST_CASE("the resolver gets a message of ours with the client's question") {
  const ByteBuffer query = dns_query("WwW.example.org A", {.recursion = true});
  const ByteBuffer message = forwarded(query).to_message(kId);
  ByteBuffer wanted = query;
  wanted[0] = 0xbe;
  wanted[1] = 0xef;
  CHECK(message == wanted);
}

TEST_CASE("of EDNS only its presence and DO go on, not the client's options") {
  ByteBuffer query = dns_query(
      "www.example.org A",
      {.recursion = true, .opt_size = 4096, .options = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}});
  query[query.size() - 12 - 4] = 0x80;  // DO
  const ByteBuffer message = forwarded(query).to_message(kId);
  ByteBuffer wanted =
      dns_query("www.example.org A", {.id = kId, .recursion = true, .opt_size = 1232});
  wanted[wanted.size() - 4] = 0x80;
  CHECK(message == wanted);
}

TEST_CASE("a reply goes to the client as an answer to what it wrote, without authority") {
  const ByteBuffer query = dns_query("WwW.example.org A", {.recursion = true});
  const ForwardedQuery forward = forwarded(query);
  ByteBuffer reply =
      resolved(dns_query("www.EXAMPLE.org A", {.id = kId, .recursion = true}), 16, 3);
  REQUIRE(forward.is_answered_by(reply, kId));
  const std::size_t size = forward.rewrite_reply(reply);
  CHECK(size == reply.size());
  const DnsReply to_client(reply);
  CHECK(to_client.id == 0x1234);
  CHECK(to_client.flags == 0x8183);  // QR RD RA, NXDOMAIN
  CHECK(to_client.has_question_of(query));
  CHECK(to_client.answers == 1);
}

TEST_CASE("only a response with the id and question that were sent counts") {
  const ByteBuffer query = dns_query("www.example.org A", {.recursion = true});
  const ForwardedQuery forward = forwarded(query);
  const ByteBuffer good = resolved(forward.to_message(kId));
  CHECK(forward.is_answered_by(good, kId));
  CHECK_FALSE(forward.is_answered_by(good, kId + 1));
  CHECK_FALSE(forward.is_answered_by(forward.to_message(kId), kId));  // no response
  for (std::size_t at = 2; at < query.size(); ++at) {
    if (at == 3 || (at > 5 && at < 12)) continue;  // RA and rcode; other counts
    ByteBuffer other = good;
    other[at] ^= at == 2 ? 0x10 : 0x40;  // another opcode, count, byte of the question
    INFO(at);
    CHECK_FALSE(forward.is_answered_by(other, kId));
  }
  for (std::size_t size = 0; size < query.size(); ++size) {
    CHECK_FALSE(forward.is_answered_by(Bytes(good).first(size), kId));
  }
}

TEST_CASE("case may differ in a question's name, but not in type and class") {
  ByteBuffer query = dns_query("aZ.example.org A", {.recursion = true});
  query[query.size() - 3] = 'a';  // type 97
  const ForwardedQuery forward = forwarded(query);
  ByteBuffer reply = resolved(forward.to_message(kId), 0);
  reply[13] = 'A';
  reply[14] = 'z';
  CHECK(forward.is_answered_by(reply, kId));
  reply[reply.size() - 3] = 'A';
  CHECK_FALSE(forward.is_answered_by(reply, kId));
}

TEST_CASE("a reply of as many bytes as the client takes is sent whole, a longer one truncated") {
  struct {
    int opt_size;
    Asker asker;
    std::size_t takes;
  } const cases[] = {
      {-1, kLocal, 512},
      {100, kLocal, 512},
      {4096, kLocal, 4096},
      {4096, {.datagram_max = 1232, .address = {}}, 1232},
      {-1, kByTcp, kReplyBytesMax},
  };
  for (const auto& c : cases) {
    INFO(c.opt_size << " " << c.takes);
    const ByteBuffer query =
        dns_query("www.example.org A", {.recursion = true, .opt_size = c.opt_size});
    const ForwardedQuery forward = forwarded(query, c.asker);
    const ByteBuffer message = forward.to_message(kId);
    ByteBuffer fits = resolved(message, c.takes - message.size());
    CHECK(forward.rewrite_reply(fits) == c.takes);
    CHECK_FALSE(DnsReply(fits).truncated());
    ByteBuffer longer = resolved(message, c.takes + 1 - message.size());
    const std::size_t size = forward.rewrite_reply(longer);
    const DnsReply cut(Bytes(longer).first(size));
    CHECK(cut.truncated());
    CHECK(cut.has_question_of(query));
    CHECK(cut.size == dns_query("www.example.org A").size());
    CHECK(cut.id == 0x1234);
  }
}

TEST_CASE("a failure is SERVFAIL with the question, no longer than the query") {
  for (const int opt_size : {-1, 1232}) {
    const ByteBuffer query =
        dns_query("www.example.org A", {.recursion = true, .opt_size = opt_size});
    const ByteBuffer failure = forwarded(query).failure();
    const DnsReply reply(failure);
    CHECK(reply.id == 0x1234);
    CHECK(reply.flags == 0x8182);
    CHECK(reply.has_question_of(query));
    CHECK(reply.size == query.size());
  }
}

TEST_CASE("what is no query with a question is not forwarded") {
  const ByteBuffer query = dns_query("www.example.org A", {.recursion = true});
  for (std::size_t size = 0; size < query.size(); ++size) {
    CHECK_FALSE(ForwardedQuery::read(Bytes(query).first(size), kLocal));
  }
  ByteBuffer response = query;
  response[2] |= 0x80;
  CHECK_FALSE(ForwardedQuery::read(response, kLocal));
  ByteBuffer update = query;
  update[2] |= 0x28;
  CHECK_FALSE(ForwardedQuery::read(update, kLocal));
}

}  // namespace pointsman::dns
