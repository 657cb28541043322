#include "dns/message.h"

#include <catch2/catch.hpp>

#include "dns/dns_query.h"

namespace pointsman::dns {
namespace {

using test::DnsQuery;
using test::from_hex;
using test::operator+;
using test::to_hex;

TEST_CASE("a header is its six numbers") {
  const auto header = read_header(from_hex("0102 f9f5 0001 0002 0003 0004"));
  REQUIRE(header);
  CHECK(header->id == 0x102);
  CHECK(header->is_response());
  CHECK(header->opcode() == 15);
  CHECK(header->recursion_desired());
  CHECK(header->questions == 1);
  CHECK(header->answers == 2);
  CHECK(header->authorities == 3);
  CHECK(header->additionals == 4);
  CHECK_FALSE(read_header(from_hex("0102 f9f5 0001 0002 0003 00")));
}

TEST_CASE("a query is its question, as it came and folded") {
  const DnsQuery sent("WEB.hap.test SRV +rd +class=3");
  const ByteBuffer bytes = sent.bytes();
  Query query;
  REQUIRE(read_query(bytes, query));
  CHECK(query.name.to_text() == "web.hap.test");
  CHECK(query.type == 33);
  CHECK(query.qclass == 3);
  CHECK(to_hex(query.question) == to_hex(sent.question()));
  CHECK_FALSE(query.edns.present);
}

TEST_CASE("a query's OPT is read with its options") {
  const ByteBuffer bytes =
      DnsQuery("hap.test A +edns=4096 +do +nsid +keepalive +cookie=0102030405060708").bytes();
  Query query;
  REQUIRE(read_query(bytes, query));
  CHECK(query.edns.present);
  CHECK(query.edns.payload_size == 4096);
  CHECK(query.edns.version == 0);
  CHECK(query.edns.dnssec_ok);
  CHECK(query.edns.wants_nsid);
  CHECK(query.edns.wants_keepalive);
  CHECK(to_hex(query.edns.cookie) == "0102030405060708");
}

TEST_CASE("what was read before a fault is kept, for the answer to it") {
  Query query;
  const ByteBuffer bytes = DnsQuery("hap.test A +cookie=01").bytes();
  CHECK_FALSE(read_query(bytes, query));
  CHECK(query.edns.present);
  CHECK(query.question.size() == 14);
  Query cut;
  CHECK_FALSE(read_query(Bytes(bytes).first(25), cut));
  CHECK(cut.question.empty());
}

TEST_CASE("an owner of more labels than a name has is a fault") {
  const DnsQuery query("hap.test A");
  const ByteBuffer front = query.header(1, 0, 0, 1) + query.question();
  const auto owner_of = [](std::size_t labels) {
    ByteBuffer owner;
    for (; labels > 0; --labels) owner = std::move(owner) + from_hex("01 61");
    return owner + from_hex("00 0010 0001 00000000 0000");
  };
  Query good;
  CHECK(read_query(front + owner_of(127), good));
  Query bad;
  CHECK_FALSE(read_query(front + owner_of(128), bad));
  CHECK_FALSE(read_query(front + owner_of(20000), bad));
}

}  // namespace
}  // namespace pointsman::dns
