// The header: what of a query's flags, counts and operation matters, and what comes back.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

const Lines kWebAddresses{"web.service.hap.test. 5 IN A 10.0.0.1",
                          "web.service.hap.test. 5 IN A 10.0.0.2"};

TEST_CASE("a service's name answers with the addresses of those that get new visitors") {
  const SeenReply seen = ask("web.service.hap.test A");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.flags == "aa");
  CHECK(seen.answers == kWebAddresses);
  CHECK(seen.authority.empty());
  CHECK(seen.additional.empty());
}

TEST_CASE("an answer is these bytes") {
  DnsAsker client;
  client.ask("web.service.hap.test A +rd +id=258");
  CHECK(to_hex(client.bytes) ==
        to_hex(from_hex("0102 8500 0001 0002 0000 0000"
                        "03 776562 07 73657276696365 03 686170 04 74657374 00 0001 0001"
                        "c00c 0001 0001 00000005 0004 0a000001"
                        "c00c 0001 0001 00000005 0004 0a000002")));
}

TEST_CASE("RD is copied and RA is not set") {
  const SeenReply seen = ask("web.service.hap.test A +rd");
  CHECK(seen.flags == "aa rd");
  CHECK(seen.answers == kWebAddresses);
}

TEST_CASE("the case of a question is kept in it and changes nothing else") {
  DnsAsker client;
  const SeenReply seen = client.ask("wEb.SerVice.HaP.tesT A");
  CHECK(seen.answers.size() == 2);
  const std::size_t first_record = 12 + 22 + 4;
  CHECK(to_hex(Bytes(client.bytes).subspan(first_record, 2)) == "c00c");
}

TEST_CASE("flags that mean nothing in a query neither matter nor come back") {
  const std::string flag = GENERATE("+aa", "+ra", "+ad", "+cd", "+z", "+tc", "+rcode=5");
  const SeenReply seen = ask("web.service.hap.test A " + flag);
  CHECK(seen.flags == "aa");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == kWebAddresses);
}

TEST_CASE("a response is never answered, so that two servers can't go on for ever") {
  DnsAsker client;
  client.asker.over_tcp = GENERATE(false, true);
  const std::string query =
      GENERATE("web.service.hap.test A +qr", "web.service.hap.test A +qr +edns=1232",
               "example.org A +qr +rd", ". A +qr +opcode=15");
  client.asker.may_forward = true;
  CHECK(client.send(DnsQuery(query).bytes()).act == dns::Reply::Act::kSilence);
}

TEST_CASE("what is shorter than a header is not answered") {
  const ByteBuffer header = DnsQuery(". A").header(1, 0, 0, 0);
  const std::size_t size = GENERATE(0, 1, 11);
  CHECK(DnsAsker().send(Bytes(header).first(size)).act == dns::Reply::Act::kSilence);
}

// The answer to what can't be read: 12 bytes, FORMERR.
void check_format_error(Bytes query) {
  DnsAsker client;
  const SeenReply seen = client.ask(query);
  CHECK(seen.rcode == "FORMERR");
  CHECK(client.bytes.size() <= query.size());
  CHECK(seen.flags == "");
  CHECK(seen.answers.empty());
}

TEST_CASE("a header alone is a format error of 12 bytes") {
  DnsAsker client;
  const SeenReply seen = client.ask(DnsQuery(". A").header(1, 0, 0, 0));
  CHECK(seen.rcode == "FORMERR");
  CHECK_FALSE(seen.has_question);
  CHECK(client.bytes.size() == 12);
}

TEST_CASE("a query has one question") {
  const DnsQuery query("web.service.hap.test A");
  check_format_error(query.header(0, 0, 0, 0));
  check_format_error(query.header(0, 0, 0, 0) + query.question());
  check_format_error(query.header(2, 0, 0, 0) + query.question() + query.question());
  check_format_error(query.header(65535, 0, 0, 0) + query.question());
}

TEST_CASE("what follows a query is neither read nor sent back") {
  const DnsQuery query("web.service.hap.test A");
  const ByteBuffer tail = GENERATE_COPY(query.question(), from_hex("0102030405"));
  DnsAsker client;
  const SeenReply seen = client.ask(query.bytes() + tail);
  CHECK(seen.answers == kWebAddresses);
  CHECK(seen.additional.empty());
}

TEST_CASE("a query has no answers and no authorities") {
  const DnsQuery query("web.service.hap.test A");
  const ByteBuffer record = from_hex("c00c 0001 0001 00000005 0004 0a000001");
  check_format_error(query.header(1, 1, 0, 0) + query.question() + record);
  check_format_error(query.header(1, 0, 1, 0) + query.question() + record);
}

TEST_CASE("counts that promise more than there is are format errors") {
  const DnsQuery query("web.service.hap.test A");
  check_format_error(query.header(1, 65535, 0, 0) + query.question());
  check_format_error(query.header(1, 0, 65535, 0) + query.question());
  check_format_error(query.header(1, 0, 0, 65535) + query.question());
  check_format_error(query.header(1, 65535, 65535, 65535) + query.question());
}

TEST_CASE("other operations are not implemented") {
  // IQUERY, STATUS, NOTIFY, UPDATE, DSO, and numbers that nobody has given a meaning.
  const int opcode = GENERATE(1, 2, 3, 4, 5, 6, 7, 15);
  const DnsQuery query("hap.test SOA +rd +aa +opcode=" + std::to_string(opcode));
  DnsAsker client;
  const SeenReply seen = client.ask(query.bytes());
  CHECK(seen.rcode == "NOTIMP");
  CHECK(seen.opcode == static_cast<unsigned>(opcode));
  CHECK(seen.flags == "");
  CHECK(client.bytes.size() == 12);
}

TEST_CASE("an error is no longer than its query and an OPT") {
  for (const std::string query :
       {"example.org A", "example.org A +edns=4096", "hap.test A +edns=4096 +version=1",
        "hap.test AXFR", "hap.test SOA +opcode=5", "hap.test A +class=4 +edns=0",
        "version.bind TXT +class=3 +edns=512", "hap.test A +cookie=01 +edns=4096",
        "example.org A +nsid +edns=4096"}) {
    CAPTURE(query);
    DnsAsker client;
    client.options.nsid = "a-rather-long-name-of-an-agent";
    const ByteBuffer bytes = DnsQuery(query).bytes();
    const SeenReply seen = client.ask(bytes);
    CHECK(seen.rcode != "NOERROR");
    CHECK(client.bytes.size() <= bytes.size() + 11);
  }
}

TEST_CASE("replies that a rate limit counts together are alike") {
  const auto likeness = [](const std::string& query) {
    DnsAsker client;
    client.asker.may_forward = query.find("forward") != std::string::npos;
    return client.send(DnsQuery(query).bytes()).likeness;
  };
  CHECK(likeness("web.service.hap.test A") == likeness("WEB.service.hap.test A +edns=4096 +rd"));
  CHECK(likeness("web.service.hap.test A") != likeness("web.service.hap.test SRV"));
  CHECK(likeness("web.service.hap.test A") != likeness("dual.service.hap.test A"));
  CHECK(likeness("a.hap.test A") == likeness("b.c.hap.test TXT"));
  CHECK(likeness("a.hap.test A") != likeness("a.vh.test A"));
  CHECK(likeness("a.wild.vh.test A") == likeness("b.wild.vh.test A"));
  CHECK(likeness("example.org A") == likeness("example.com AAAA"));
}

TEST_CASE("a reply says what was asked, for counters") {
  DnsAsker client;
  client.ask("web.service.hap.test SRV");
  CHECK(client.reply.type == 33);
  CHECK(client.reply.rcode == 0);
  client.ask("nope.hap.test 65280");
  CHECK(client.reply.type == 65280);
  CHECK(client.reply.rcode == 3);
  client.ask(DnsQuery(". A").header(1, 0, 0, 0));
  CHECK(client.reply.type == 0);
}

}  // namespace
}  // namespace pointsman::test
