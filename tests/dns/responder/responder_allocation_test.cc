#include <catch2/catch.hpp>

#include "dns/responder/responder.h"
#include "dns/responder/responder_fixture.h"
#include "support/counting_allocator.h"

namespace pointsman::dns {

TEST_CASE("an answer by UDP allocates nothing, whatever is asked") {
  test::allocations_count_here = false;  // those of the responder's threads
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
  const std::size_t before = test::allocation_count();
  for (int i = 0; i < 200; ++i) ask_all();
  CHECK(test::allocation_count() == before);
  test::allocations_count_here = true;
}

}  // namespace pointsman::dns
