#include <atomic>
#include <cstdlib>
#include <new>

#include "dns/dns_asker.h"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted_or_null(std::size_t size) {
  ++allocations;
  return std::malloc(size > 0 ? size : 1);
}

void* counted(std::size_t size) {
  if (void* const memory = counted_or_null(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted_or_null(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

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
      const std::size_t before = allocations;
      dns::answer(zones, client.options, query, client.asker, out);
      const std::size_t after = allocations;
      CHECK(after == before);
    }
  }
}

}  // namespace
}  // namespace pointsman::test
