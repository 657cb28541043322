// How long replies are, and what is left out of those that would be longer.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

TEST_CASE("SRV that fits stays whole, and additional records are left out first") {
  DnsAsker client;
  const SeenReply seen = client.ask("ten.service.hap.test SRV");
  CHECK(seen.answers.size() == 10);
  CHECK(seen.flags == "aa");
  CHECK(seen.additional.empty());
  CHECK(client.bytes.size() <= 512);
  CHECK(client.ask("ten.service.hap.test SRV +edns=1232").additional.size() == 10);
}

TEST_CASE("as many additional records are there as fit") {
  DnsAsker client;
  const Lines all = client.ask("ten.service.hap.test SRV +edns=1232").additional;
  const Lines some = client.ask("ten.service.hap.test SRV +edns=600").additional;
  CHECK(some == Lines(all.begin(), all.begin() + 5));
}

TEST_CASE("SRV that does not fit is a prefix of the whole, with TC and nothing behind it") {
  DnsAsker client;
  const Lines all = DnsAsker::by_tcp().ask("big.service.hap.test SRV").answers;
  REQUIRE(all.size() == 200);
  const SeenReply seen = client.ask("big.service.hap.test SRV");
  CHECK(seen.flags == "aa tc");
  CHECK(seen.answers == Lines(all.begin(), all.begin() + 10));
  CHECK(seen.additional.empty());
  CHECK(seen.authority.empty());
}

TEST_CASE("A that does not fit is truncated") {
  const SeenReply seen = ask("big.service.hap.test A");
  CHECK(seen.flags == "aa tc");
  CHECK(seen.answers.size() == 29);
}

TEST_CASE("a datagram is as long as both the client and the network allow") {
  DnsAsker client;
  CHECK(client.ask("big.service.hap.test SRV +edns=8192").flags == "aa tc");
  CHECK(client.ask("big.service.hap.test SRV +edns=65535").answers.size() == 200);
  CHECK(client.ask("big.service.hap.test SRV +edns=65535").flags == "aa");
  CHECK(client.bytes.size() > 8192);
  client.asker.datagram_max = 1232;
  CHECK(client.ask("big.service.hap.test SRV +edns=8192").flags == "aa tc");
  CHECK(client.bytes.size() <= 1232);
  client.asker.datagram_max = 0;
  CHECK(client.ask("web.service.hap.test A +edns=8192").answers.size() == 2);
}

TEST_CASE("no reply is longer than was asked for, whatever the size") {
  const std::string query =
      GENERATE("big.service.hap.test SRV", "big.service.hap.test A", "ten.service.hap.test SRV",
               "shop.vh.test SRV +nsid", "hap.test NS +do");
  DnsAsker client;
  client.options.nsid = "agent";
  std::size_t longest = 0;
  Lines all;
  for (unsigned size = 4096; size >= 512; --size) {
    const SeenReply seen = client.ask(query + " +edns=" + std::to_string(size));
    if (client.bytes.size() > size || !seen.opt_last) FAIL(size << " is exceeded");
    if (all.empty()) all = seen.answers;
    const bool is_prefix = seen.answers.size() <= all.size() &&
                           std::equal(seen.answers.begin(), seen.answers.end(), all.begin());
    if (!is_prefix) FAIL("not a prefix at " << size);
    longest = std::max(longest, client.bytes.size());
  }
  CHECK(longest > 0);
}

TEST_CASE("a long answer is whole over TCP, whatever OPT says") {
  DnsAsker client = DnsAsker::by_tcp();
  const std::string edns = GENERATE("", " +edns=512", " +edns=8192");
  const SeenReply seen = client.ask("big.service.hap.test SRV" + edns);
  CHECK(seen.flags == "aa");
  CHECK(seen.answers.size() == 200);
  CHECK(seen.additional.size() == 200);
}

TEST_CASE("what does not fit into any message is truncated over TCP, too") {
  DnsAsker client = DnsAsker::by_tcp();
  const SeenReply seen = client.ask("huge.service.hap.test SRV +edns=65535");
  CHECK(seen.flags == "aa tc");
  CHECK(client.bytes.size() <= 65535);
  CHECK(client.bytes.size() > 65535 - 47);
  CHECK(seen.additional.empty());
  CHECK(client.ask("huge.service.hap.test A").answers.size() == 3000);
}

TEST_CASE("owners beyond a pointer's reach are whole") {
  registry::Revision revision;
  revision.services["web"] = many_instances(600);
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, revision);
  DnsAsker client = DnsAsker::by_tcp();
  client.zones = built.zones.get();
  const SeenReply seen = client.ask("web.service.hap.test SRV");
  CHECK(seen.answers.size() == 600);
  REQUIRE(seen.additional.size() == 600);
  CHECK(seen.additional.front() == "0a010000-1f90.addr.hap.test. 5 IN A 10.1.0.0");
  CHECK(seen.additional.back() == "0a010263-1f90.addr.hap.test. 5 IN A 10.1.2.99");
  CHECK(client.bytes.size() > 0x3fff);
}

// What docs/dns.md says of the default zone.
TEST_CASE("a message holds 790 instances with their addresses, and 1,140 without") {
  const int count = GENERATE(790, 1140);
  registry::Revision revision;
  revision.services["web"] = many_instances(count);
  const auto built = dns::build_zones(dns::ZoneSpec{}, revision);
  DnsAsker client = DnsAsker::by_tcp();
  client.zones = built.zones.get();
  const SeenReply seen = client.ask("web.service.pointsman.internal SRV +edns=65535");
  CHECK(seen.answers.size() == static_cast<std::size_t>(count));
  CHECK(seen.flags == "aa");
  CHECK((seen.additional.size() == seen.answers.size()) == (count == 790));
}

TEST_CASE("a message of nothing but zeros is a format error, however long") {
  DnsAsker client = DnsAsker::by_tcp();
  CHECK(client.ask(ByteBuffer(65535, 0)).rcode == "FORMERR");
  CHECK(client.ask(ByteBuffer(20, 0)).rcode == "FORMERR");
}

TEST_CASE("as many records behind the question as a message holds are read") {
  const DnsQuery query("web.service.hap.test A");
  ByteBuffer bytes = query.header(1, 0, 0, 5954) + query.question();
  while (bytes.size() + 11 <= 65535)
    bytes = std::move(bytes) + from_hex("00 0010 0001 00000000 0000");
  CHECK(DnsAsker::by_tcp().ask(bytes).answers.size() == 2);
}

}  // namespace
}  // namespace pointsman::test
