#include "dns/responder/truncate.h"

#include <catch2/catch.hpp>

#include "support/dns_message.h"

namespace pointsman::dns {

TEST_CASE("a truncated reply is its header and question, with TC and without anything else") {
  const ByteBuffer query = test::dns_query("WeB.service.hap.test A");
  ByteBuffer reply = query;
  reply[2] = 0x84;  // a response with authority
  reply[3] = 0x83;  // RA, NXDOMAIN
  reply[7] = 2;
  reply[9] = 1;
  reply[11] = 1;
  reply.resize(reply.size() + 100, 0xc0);
  const std::size_t size = truncate_reply(reply);
  CHECK(size == query.size());
  const test::DnsReply cut(Bytes(reply).first(size));
  CHECK(cut.id == 0x1234);
  CHECK(cut.flags == 0x8680);
  CHECK(cut.has_question_of(query));
  CHECK(cut.answers + cut.authorities + cut.additionals == 0);
}

TEST_CASE("where no whole question stands, the header remains") {
  const ByteBuffer query = test::dns_query("web.service.hap.test A");
  for (std::size_t size = kHeaderBytes; size < query.size(); ++size) {
    ByteBuffer reply(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(truncate_reply(reply) == kHeaderBytes);
    CHECK(test::DnsReply(reply).questions == 0);
  }
  ByteBuffer none = query;
  none[5] = 0;
  CHECK(truncate_reply(none) == kHeaderBytes);
  ByteBuffer pointer = query;
  pointer[12] = 0xc0;
  CHECK(truncate_reply(pointer) == kHeaderBytes);
}

}  // namespace pointsman::dns
