#include "table/record_reader.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "spoa/table/table_fixture.h"
#include "table/record.h"
#include "table/table_writer.h"

using namespace pointsman;
using table::RecordKind;

namespace {

// The payloads of the table that tests/golden/table/everything.yaml gives.
std::vector<ByteBuffer> payloads() {
  const auto table = test::linked(test::specs_in_yaml(test::kGoldenTables + "everything.yaml"), 42);
  const auto document = table::write_table(*table, test::two_keys());
  REQUIRE(document);
  const auto records = table::split_records(*document);
  REQUIRE(records);
  std::vector<ByteBuffer> copies;
  for (const Bytes payload : *records) copies.emplace_back(payload.begin(), payload.end());
  return copies;
}

}  // namespace

TEST_CASE("a record's kind is told, and what is no map has none") {
  const auto records = payloads();
  CHECK(table::kind_of(records[1]) == RecordKind::kGateway);
  CHECK(table::kind_of(records[2]) == RecordKind::kHosts);
  CHECK(table::kind_of(records[3]) == RecordKind::kRoute);
  CHECK(table::kind_of(records[0]) == RecordKind::kUnknown);
  CHECK(table::kind_of(as_bytes("no map")) == RecordKind::kUnknown);
  CHECK(table::kind_of({}) == RecordKind::kUnknown);
}

TEST_CASE("a header gives the generation, the keys and the number of records") {
  const auto records = payloads();
  const auto header = table::read_header(records[0]);
  REQUIRE(header);
  CHECK(header->generation == 42);
  CHECK(header->records == records.size() - 1);
  REQUIRE(header->keys.size() == 2);
  CHECK(header->keys[0].id == 7);
  CHECK(header->keys[0].secret.size() == limits::kStickyKeyBytesMin);
}

TEST_CASE("a gateway, its hosts and its first route are as they were written") {
  const auto records = payloads();
  const auto gateway = table::read_gateway(records[1]);
  REQUIRE(gateway);
  CHECK(gateway->spec.name == "shop/web");
  CHECK(gateway->spec.sticky.cookie == "pm_web");
  CHECK(gateway->spec.evict_at_zero);
  const auto hosts = table::read_hosts(records[2]);
  REQUIRE(hosts);
  CHECK(hosts->size() == gateway->hosts);
  CHECK(hosts->front() == "shop.example.com");
  table::Patterns patterns;
  const auto route = table::read_route(records[3], gateway->spec, patterns);
  REQUIRE(route);
  CHECK(route->name == "shop/v1");
  CHECK(route->weight.share == 9450);
}

TEST_CASE("a route of another gateway is refused by its tag, a cut record in any case") {
  const auto records = payloads();
  const auto gateway = table::read_gateway(records[1]);
  REQUIRE(gateway);
  routing::GatewaySpec other = gateway->spec;
  other.name = "shop/other";
  table::Patterns patterns;
  CHECK_FALSE(table::read_route(records[3], other, patterns));
  const Bytes whole = records[3];
  for (std::size_t size = 0; size < whole.size(); ++size) {
    table::Patterns fresh;
    CHECK_FALSE(table::read_route(whole.first(size), gateway->spec, fresh));
  }
}
