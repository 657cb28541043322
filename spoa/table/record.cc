#include "table/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/limits.h"

namespace pointsman::table {
namespace {

constexpr std::size_t kHeadBytes = 8;

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

}  // namespace

std::uint32_t record_check(std::size_t index, Bytes payload) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t h = index;
  for (std::size_t at = 0; at < payload.size(); at += 8) {
    h = (h ^ little_endian(payload.subspan(at, std::min<std::size_t>(8, payload.size() - at)))) *
        kFactor;
    h ^= h >> 32;
  }
  return static_cast<std::uint32_t>(h ^ payload.size());
}

void append_record(ByteBuffer& document, std::size_t index, Bytes payload) {
  assert(!payload.empty() && payload.size() <= limits::kTableRecordBytes);
  append_u32(document, static_cast<std::uint32_t>(payload.size()));
  append_u32(document, record_check(index, payload));
  append_bytes(document, payload);
}

Result<std::vector<Bytes>> split_records(Bytes document) {
  if (document.size() > limits::kTableBytes) {
    return Error{fmt::format("the table has more than {} bytes", limits::kTableBytes)};
  }
  std::vector<Bytes> payloads;
  WireCursor cursor(document);
  while (!cursor.at_end()) {
    const std::size_t index = payloads.size();
    if (cursor.remaining() < kHeadBytes) return record_error(index, "is cut off");
    const std::uint32_t length = cursor.u32();
    const std::uint32_t check = cursor.u32();
    if (length == 0 || length > limits::kTableRecordBytes) {
      return record_error(index, fmt::format("its length is {}, wanted 1 to {}", length,
                                             limits::kTableRecordBytes));
    }
    if (length > cursor.remaining()) return record_error(index, "is cut off");
    const Bytes payload = cursor.bytes(length);
    if (record_check(index, payload) != check) return record_error(index, "is damaged");
    payloads.push_back(payload);
  }
  if (payloads.empty()) return Error{"the table is empty"};
  return payloads;
}

Error record_error(std::size_t index, std::string_view message) {
  return Error{fmt::format("record {}: {}", index, message)};
}

}  // namespace pointsman::table
