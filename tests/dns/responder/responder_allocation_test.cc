#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "dns/responder/responder.h"
#include "dns/responder/responder_fixture.h"

namespace {

thread_local bool is_test_thread = false;
std::atomic<std::size_t> allocations{0};  // of all other threads

void* counted_or_null(std::size_t size) {
  if (!is_test_thread) allocations.fetch_add(1, std::memory_order_relaxed);
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

namespace pointsman::dns {

TEST_CASE("an answer by UDP allocates nothing, whatever is asked") {
  is_test_thread = true;
  ResponderOptions options;
  options.listen = {*ListenAddress::parse("*:0")};
  options.rate_limit.per_second = 10;
  test::ResponderFixture fixture(options);
  test::DatagramClient client(fixture.address);
  const auto ask_all = [&] {
    for (const ByteBuffer& query :
         {test::kWeb, test::kBig, test::dns_query("nope.hap.test A"),
          test::dns_query("hap.test SOA", {.opt_size = 1232}), test::dns_query("example.org A")}) {
      client.send(query);
      CHECK(client.receive().size() >= query.size());
    }
  };
  ask_all();
  fixture.responder->counters();
  const std::size_t before = allocations.load();
  for (int i = 0; i < 200; ++i) ask_all();
  CHECK(allocations.load() == before);
  is_test_thread = false;
}

}  // namespace pointsman::dns
