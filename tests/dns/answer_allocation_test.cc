#include "dns/dns_asker.h"
#include "support/counting_allocator.h"

namespace pointsman::test {
namespace {

TEST_CASE("no answer allocates, not even the first") {
  const dns::Zones& zones = reference_zones();
  DnsAsker client;
  client.options.cookies = true;
  client.options.nsid = "an-agent-whose-name-does-not-fit-into-a-short-string";
  client.options.version = client.options.nsid;
  ByteBuffer out(dns::kReplyBytesMax);
  for (const std::string text :
       {"web.service.hap.test A",
        "WEB.service.hap.test SRV +edns=1232 +cookie=0102030405060708 +nsid",
        "big.service.hap.test SRV", "huge.service.hap.test SRV +edns=65535", "shop.vh.test SRV",
        "a.b.c.wild.vh.test A", "loop1.vh.test A", "nope.service.hap.test A", "hap.test NS",
        "a-rather-long-name.that-nobody-has.example.org A", "hap.test A +version=1",
        "version.bind TXT +class=3", "a-rather-long-name-of-no-meaning.bind TXT +class=3",
        "hap.test A +cookie=01", "hap.test A +opcode=5", "hap.test ANY", "hap.test A +qr"}) {
    CAPTURE(text);
    const ByteBuffer query = DnsQuery(text).bytes();
    for (const bool over_tcp : {false, true}) {
      client.asker.over_tcp = over_tcp;
      const std::size_t before = allocation_count();
      dns::answer(zones, client.options, query, client.asker, out);
      const std::size_t after = allocation_count();
      CHECK(after == before);
    }
  }
}

}  // namespace
}  // namespace pointsman::test
