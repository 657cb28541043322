#include "table/table_writer.h"

#include <catch2/catch.hpp>

#include "spoa/table/table_fixture.h"

using namespace pointsman;
using table::write_table;
using test::check_golden;
using test::kGoldenTables;
using test::linked;
using test::specs_in_yaml;

namespace {

std::string bytes_of(const test::SharedTable& table,
                     const std::vector<routing::StickyKey>& keys = {}) {
  const auto document = write_table(*table, keys);
  REQUIRE(document);
  return std::string(as_text(*document));
}

}  // namespace

TEST_CASE("the smallest useful table has these bytes") {
  check_golden(kGoldenTables + "minimal.pmt",
               bytes_of(linked(specs_in_yaml(kGoldenTables + "minimal.yaml"))));
}

TEST_CASE("a table with everything has these bytes") {
  const auto table = linked(specs_in_yaml(kGoldenTables + "everything.yaml"), 42, "apps.example");
  check_golden(kGoldenTables + "everything.pmt", bytes_of(table, test::two_keys()));
}

TEST_CASE("a table of 1,000 mixed routes has these bytes") {
  check_golden(kGoldenTables + "mixed_routes.pmt",
               bytes_of(linked(test::gateway_specs(test::mixed_routes()), 1000),
                        {test::counting_key(1, 0, 32)}));
}
