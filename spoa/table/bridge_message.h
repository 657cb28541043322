// The messages between an HAProxy's bridge and the agent (docs/formats/bridge.md): a length, u32
// big endian, and one MessagePack map. Read without trust: nothing is kept or set aside that the
// bytes only announce. Written and read by the agent's bridge session and by `table fetch`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "base/wire_cursor.h"

namespace pointsman::table {

inline constexpr std::size_t kMessageLengthBytes = 4;

struct DecidedCount {
  std::string gateway;
  std::string route;  // empty: none served
  std::string reason;
  std::uint64_t count = 0;
  bool operator==(const DecidedCount&) const = default;
};

struct Question {
  std::string haproxy;  // who asks: "HAProxy 2.6.12, process 123, thread 1"
  std::uint64_t generation = 0;
  std::string have;  // id; empty: none
  std::string want;  // id; empty: the current one where it is not `have`
  std::uint64_t offset = 0;
  std::vector<DecidedCount> decided;
  bool operator==(const Question&) const = default;
};

struct Answer {
  std::string id;  // empty: nothing new
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  ByteBuffer bytes;
  bool operator==(const Answer&) const = default;
};

// Of the payload, without its length.
Result<Question> read_question(Bytes payload);
Result<Answer> read_answer(Bytes payload);

// Appends the whole message, its length first.
void append_question(ByteBuffer& out, const Question& question);
void append_nothing_new(ByteBuffer& out);
void append_answer(ByteBuffer& out, const std::string& id, std::uint64_t size, std::uint64_t offset,
                   Bytes bytes);

// What bridges know a table by: 16 hexadecimal digits, the xxh64 of its bytes.
std::string table_id(Bytes table);

}  // namespace pointsman::table
