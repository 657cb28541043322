#include "table/packed_reader.h"

#include "base/limits.h"

namespace pointsman::table {

// First bytes: the MessagePack specification, "Formats".

std::uint64_t PackedReader::map() {
  const std::uint8_t type = cursor_.u8();
  if ((type & 0xF0) == 0x80) return type & 0x0F;
  if (type == 0xDE) return big_endian(2);
  return type == 0xDF ? big_endian(4) : fail();
}

std::uint64_t PackedReader::array() {
  const std::uint8_t type = cursor_.u8();
  if ((type & 0xF0) == 0x90) return type & 0x0F;
  if (type == 0xDC) return big_endian(2);
  return type == 0xDD ? big_endian(4) : fail();
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

bool PackedReader::boolean() {
  const std::uint8_t type = cursor_.u8();
  if (type != 0xC2 && type != 0xC3) fail();
  return type == 0xC3;
}

std::string PackedReader::text(std::size_t longest) {
  const std::uint8_t type = cursor_.u8();
  std::uint64_t size = 0;
  if ((type & 0xE0) == 0xA0) {
    size = type & 0x1F;
  } else if (type >= 0xD9 && type <= 0xDB) {
    size = big_endian(1U << (type - 0xD9));
  } else {
    fail();
  }
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
