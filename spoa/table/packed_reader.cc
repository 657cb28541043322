#include "table/packed_reader.h"

#include "base/limits.h"

namespace pointsman::table {

// First bytes: the MessagePack specification, "Formats".
namespace {

bool is_map(std::uint8_t type) { return (type & 0xF0) == 0x80 || type == 0xDE || type == 0xDF; }
bool is_array(std::uint8_t type) { return (type & 0xF0) == 0x90 || type == 0xDC || type == 0xDD; }
bool is_text(std::uint8_t type) { return (type & 0xE0) == 0xA0 || (type >= 0xD9 && type <= 0xDB); }

}  // namespace

bool is_packed_map(Bytes bytes) {
  if (bytes.empty() || !is_map(bytes.front())) return false;
  PackedReader reader(bytes);
  reader.skip(0);
  return reader.ended_well();
}

std::uint64_t PackedReader::map() {
  const std::uint8_t type = cursor_.u8();
  if (!is_map(type)) return fail();
  return type < 0xDE ? type & 0x0F : big_endian(type == 0xDE ? 2 : 4);
}

std::uint64_t PackedReader::array() {
  const std::uint8_t type = cursor_.u8();
  if (!is_array(type)) return fail();
  return type < 0xDC ? type & 0x0F : big_endian(type == 0xDC ? 2 : 4);
}

std::uint64_t PackedReader::number() {
  const std::uint8_t type = cursor_.u8();
  if (type < 0x80) return type;
  if (type >= 0xCC && type <= 0xCF) return big_endian(1U << (type - 0xCC));
  if (type < 0xD0 || type > 0xD3) return fail();
  // Signed, as some writers have it; never negative here.
  const unsigned size = 1U << (type - 0xD0);
  const std::uint64_t value = big_endian(size);
  return value >> (8 * size - 1) == 0 ? value : fail();
}

std::uint64_t PackedReader::number(std::uint64_t greatest) {
  const std::uint64_t value = number();
  return value <= greatest ? value : fail();
}

std::int64_t PackedReader::signed_number(std::int64_t least, std::int64_t greatest) {
  WireCursor ahead = cursor_;
  const std::uint8_t type = ahead.u8();
  std::int64_t value = 0;
  if (type >= 0xE0) {
    value = static_cast<std::int8_t>(cursor_.u8());
  } else if (type >= 0xD0 && type <= 0xD3) {
    cursor_.u8();
    const unsigned size = 1U << (type - 0xD0);
    const unsigned shift = 64 - 8 * size;
    value =
        static_cast<std::int64_t>(big_endian(size) << shift) >> shift;  // the sign's bit spreads
  } else {
    value = static_cast<std::int64_t>(number(INT64_MAX));
  }
  if (value >= least && value <= greatest) return value;
  fail();
  return least;
}

bool PackedReader::text_is_next() const {
  WireCursor ahead = cursor_;
  return is_text(ahead.u8());
}

bool PackedReader::array_is_next() const {
  WireCursor ahead = cursor_;
  return is_array(ahead.u8());
}

bool PackedReader::boolean() {
  const std::uint8_t type = cursor_.u8();
  if (type != 0xC2 && type != 0xC3) fail();
  return type == 0xC3;
}

std::string PackedReader::text(std::size_t longest) {
  const std::uint8_t type = cursor_.u8();
  if (!is_text(type)) {
    fail();
    return {};
  }
  const std::uint64_t size = type < 0xC0 ? type & 0x1F : big_endian(1U << (type - 0xD9));
  if (size > longest) fail();
  return std::string(as_text(cursor_.bytes(size)));
}

Bytes PackedReader::binary(std::size_t longest) {
  const std::uint8_t type = cursor_.u8();
  const std::uint64_t size =
      type >= 0xC4 && type <= 0xC6 ? big_endian(1U << (type - 0xC4)) : fail();
  return cursor_.bytes(size > longest ? fail() : size);
}

void PackedReader::skip(std::size_t depth) {
  if (depth > limits::kTableDepth) fail();
  const std::uint8_t type = cursor_.u8();
  if (!ok() || type < 0x80 || type >= 0xE0) return;  // small numbers
  if (type < 0x90) return skip_items(2 * (type & 0x0FU), depth);
  if (type < 0xA0) return skip_items(type & 0x0FU, depth);
  std::uint64_t bytes = 0;
  if (type < 0xC0) {
    bytes = type & 0x1FU;
  } else if (type == 0xC1) {
    fail();
  } else if (type < 0xC4) {  // nil, false, true
  } else if (type < 0xC7) {
    bytes = big_endian(1U << (type - 0xC4));
  } else if (type < 0xCA) {
    bytes = big_endian(1U << (type - 0xC7)) + 1;
  } else if (type < 0xCC) {
    bytes = type == 0xCA ? 4 : 8;
  } else if (type < 0xD4) {
    bytes = std::uint64_t{1} << ((type - 0xCC) % 4);
  } else if (type < 0xD9) {
    bytes = (std::uint64_t{1} << (type - 0xD4)) + 1;
  } else if (type < 0xDC) {
    bytes = big_endian(1U << (type - 0xD9));
  } else {
    const std::uint64_t items = big_endian(type % 2 == 0 ? 2 : 4);
    return skip_items(type < 0xDE ? items : 2 * items, depth);
  }
  cursor_.bytes(bytes);
}

void PackedReader::skip_items(std::uint64_t count, std::size_t depth) {
  for (std::uint64_t i = 0; i < count && ok(); ++i) skip(depth + 1);
}

std::uint64_t PackedReader::fail() {
  cursor_.fail(WireFailure::kMalformed);
  return 0;
}

std::uint64_t PackedReader::big_endian(unsigned size) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : cursor_.bytes(size)) value = value << 8 | byte;
  return value;
}

}  // namespace pointsman::table
