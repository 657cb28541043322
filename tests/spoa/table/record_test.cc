#include "table/record.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::table;

namespace {

std::string fault(const ByteBuffer& document) {
  const auto records = split_records(document);
  return records ? std::to_string(records->size()) + " records" : records.error().message;
}

ByteBuffer records_of(const std::vector<std::string>& payloads) {
  ByteBuffer document;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    append_record(document, i, as_bytes(payloads[i]));
  }
  return document;
}

}  // namespace

// By the format's own text: 9 bytes are two words, the second filled up with zeros.
TEST_CASE("the check is the one that the format describes") {
  const std::uint64_t factor = 0x9E3779B97F4A7C15;
  std::uint64_t h = 5;
  h = (h ^ 0x6867666564636261) * factor;
  h ^= h >> 32;
  h = (h ^ 0x69) * factor;
  h ^= h >> 32;
  CHECK(record_check(5, as_bytes("abcdefghi")) == static_cast<std::uint32_t>(h ^ 9));
  CHECK(record_check(4, as_bytes("abcdefghi")) != record_check(5, as_bytes("abcdefghi")));
  CHECK(record_check(0, as_bytes("a")) != record_check(0, as_bytes(std::string_view("a\0", 2))));
}

TEST_CASE("records come back as they were") {
  const ByteBuffer document = records_of({"one", "two", "three"});
  const auto records = split_records(document);
  REQUIRE(records);
  REQUIRE(records->size() == 3);
  CHECK(as_text(records->at(2)) == "three");
}

TEST_CASE("records in another order are damaged") {
  ByteBuffer document;
  append_record(document, 1, as_bytes("one"));
  CHECK(fault(document) == "record 0: is damaged");
}

TEST_CASE("nothing, half a record and bytes behind the last are told") {
  CHECK(fault({}) == "the table is empty");
  ByteBuffer document = records_of({"one", "two"});
  document.pop_back();
  CHECK(fault(document) == "record 1: is cut off");
  document = records_of({"one", "two"});
  document.push_back(0);
  CHECK(fault(document) == "record 2: is cut off");
}

TEST_CASE("a record has 1 byte to the limit") {
  const std::string most(limits::kTableRecordBytes, 'x');
  CHECK(fault(records_of({most})) == "1 records");
  ByteBuffer document;
  append_u32(document, limits::kTableRecordBytes + 1);
  append_u32(document, 0);
  document.resize(document.size() + limits::kTableRecordBytes + 1);
  CHECK(fault(document) == "record 0: its length is 4194305, wanted 1 to 4194304");
  CHECK(fault(ByteBuffer(8)) == "record 0: its length is 0, wanted 1 to 4194304");
}

TEST_CASE("a table larger than the limit is not looked at") {
  CHECK(fault(ByteBuffer(limits::kTableBytes + 1)) == "the table has more than 268435456 bytes");
  CHECK(fault(ByteBuffer(limits::kTableBytes)).starts_with("record 0: its length is 0"));
}
