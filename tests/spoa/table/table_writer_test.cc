#include "table/table_writer.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "base/limits.h"
#include "spoa/table/table_fixture.h"
#include "table/record.h"
#include "table/table_reader.h"
#include "tests/support/gateway_yaml.h"

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

// What stands in the blocks of the format's example that begin with this line.
std::string fenced(const std::string& opening) {
  std::istringstream lines(
      test::read_text(std::string(POINTSMAN_SOURCE_DIR) + "/docs/formats/table.md"));
  std::string text;
  std::string fence;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      fence = fence.empty() ? line : "";
    } else if (line == "## Example") {
      text.clear();
    } else if (fence == opening) {
      text += line + "\n";
    }
  }
  return text;
}

// The bytes that stand in the lines behind what they are for.
std::string bytes_in(const std::string& text) {
  constexpr std::size_t kColumn = 40;
  std::istringstream lines(text);
  std::string bytes;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream digits(line.size() > kColumn ? line.substr(kColumn) : "");
    for (std::string byte; digits >> byte;) {
      bytes += static_cast<char>(std::stoi(byte, nullptr, 16));
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("the format's example is what is written") {
  const auto gateway = test::parsed_gateway(fenced("```yaml"));
  const std::string document = bytes_of(linked({gateway}), {test::counting_key(7, 0, 16)});
  CHECK(document.size() > 500);
  CHECK(bytes_in(fenced("```")) == document);
}

// The longest condition is a list of networks, each of which is more bytes than it has letters.
TEST_CASE("the longest route that can be written fits into a record") {
  std::string networks = "src in (::";
  while (networks.size() + 4 < limits::kConditionBytes) networks += ",::";
  networks += ")";
  auto spec = test::gateway_spec("gateway shop\n route v1 100%\n");
  routing::RouteSpec& route = spec.routes[0];
  route.condition = routing::SpecText{networks, {}, {}};
  const std::string path = "/" + std::string(limits::kRewriteBytes - 1, 'x');
  for (std::size_t i = 0; i < limits::kRewritesPerRoute; ++i) {
    route.rewrites.push_back({path + " if " + networks, {}, {}});
  }
  const auto document = write_table(*linked({spec}), {});
  REQUIRE(document);
  CHECK(document->size() > limits::kTableRecordBytes / 2);
  const auto records = table::split_records(*document);
  REQUIRE(records);
  CHECK(records->back().size() <= limits::kTableRecordBytes);
  CHECK(table::read_table(*document));
}

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
