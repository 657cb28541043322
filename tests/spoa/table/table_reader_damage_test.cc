// No damage to a table goes unnoticed, and none does more than be noticed.
#include <catch2/catch.hpp>

#include "spoa/table/table_fixture.h"
#include "table/table_reader.h"
#include "table/table_writer.h"

using namespace pointsman;

namespace {

ByteBuffer golden(const std::string& name) {
  const std::string text = test::read_text(std::string(POINTSMAN_SOURCE_DIR) + "/" +
                                           test::kGoldenTables + name + ".pmt");
  REQUIRE_FALSE(text.empty());
  return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("a table that is cut anywhere is refused") {
  const ByteBuffer document = golden("everything");
  REQUIRE(table::read_table(document));
  for (std::size_t size = 0; size < document.size(); ++size) {
    if (table::read_table(Bytes(document).first(size))) FAIL("read when cut at " << size);
  }
}

TEST_CASE("a table with any bit flipped is refused") {
  for (const std::string name : {"minimal", "everything"}) {
    ByteBuffer document = golden(name);
    REQUIRE(table::read_table(document));
    for (std::size_t bit = 0; bit < 8 * document.size(); ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
      document[bit / 8] ^= mask;
      if (table::read_table(document)) FAIL(name << " read with bit " << bit << " flipped");
      document[bit / 8] ^= mask;
    }
  }
}
