#include "table/bridge_message.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cassert>
#include <string_view>

#include "table/map_packer.h"
#include "table/packed_reader.h"

namespace pointsman::table {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kReasonBytes = 16;

void read_decided(PackedReader& reader, std::vector<DecidedCount>& decided) {
  decided.clear();
  const std::uint64_t count = reader.array();
  if (count > limits::kDecidedEntries) reader.fail();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    if (reader.array() != 4) reader.fail();
    DecidedCount& entry = decided.emplace_back();
    entry.gateway = reader.text(limits::kNameBytes);
    entry.route = reader.text(limits::kNameBytes);
    entry.reason = reader.text(kReasonBytes);
    entry.count = reader.number();
  }
}

// The map, behind its length.
void append_message(ByteBuffer& out, const MapPacker& map) {
  ByteBuffer payload;
  map.append_to(payload);
  append_u32(out, static_cast<std::uint32_t>(payload.size()));
  append_bytes(out, payload);
}

}  // namespace

Result<Question> read_question(Bytes payload) {
  Question question;
  std::optional<std::uint64_t> version;
  PackedReader reader(payload);
  reader.each_entry([&](std::string_view key) {
    if (key == "version") {
      version = reader.number();
    } else if (key == "haproxy") {
      question.haproxy = reader.text(limits::kBridgeNameBytes);
    } else if (key == "generation") {
      question.generation = reader.number();
    } else if (key == "have") {
      question.have = reader.text(limits::kTableIdBytes);
    } else if (key == "want") {
      question.want = reader.text(limits::kTableIdBytes);
    } else if (key == "offset") {
      question.offset = reader.number();
    } else if (key == "decided") {
      read_decided(reader, question.decided);
    } else {
      return false;
    }
    return true;
  });
  if (!reader.ended_well()) return Error{"a malformed question"};
  if (!version) return Error{"a question without a version"};
  if (*version != kVersion) {
    return Error{
        fmt::format("a question of version {}, this agent knows version {}", *version, kVersion)};
  }
  return question;
}

Result<Answer> read_answer(Bytes payload) {
  Answer answer;
  PackedReader reader(payload);
  reader.each_entry([&](std::string_view key) {
    if (key == "id") {
      answer.id = reader.text(limits::kTableIdBytes);
    } else if (key == "size") {
      answer.size = reader.number();
    } else if (key == "offset") {
      answer.offset = reader.number();
    } else if (key == "bytes") {
      const Bytes bytes = reader.binary(limits::kBridgePartBytes);
      answer.bytes.assign(bytes.begin(), bytes.end());
    } else {
      return false;
    }
    return true;
  });
  if (!reader.ended_well()) return Error{"a malformed answer"};
  return answer;
}

void append_question(ByteBuffer& out, const Question& question) {
  MapPacker map;
  map.key("version").count(kVersion);
  map.key("haproxy").text(question.haproxy);
  map.key("generation").count(question.generation);
  map.key("have").text(question.have);
  if (!question.want.empty()) {
    map.key("want").text(question.want);
    map.key("offset").count(question.offset);
  }
  if (!question.decided.empty()) {
    Packer& decided = map.key("decided");
    decided.array(question.decided.size());
    for (const DecidedCount& entry : question.decided) {
      decided.array(4);
      decided.text(entry.gateway);
      decided.text(entry.route);
      decided.text(entry.reason);
      decided.count(entry.count);
    }
  }
  append_message(out, map);
}

void append_nothing_new(ByteBuffer& out) { append_message(out, MapPacker()); }

void append_answer(ByteBuffer& out, const std::string& id, std::uint64_t size, std::uint64_t offset,
                   Bytes bytes) {
  assert(bytes.size() <= limits::kBridgePartBytes);
  MapPacker map;
  map.key("id").text(id);
  map.key("size").count(size);
  map.key("offset").count(offset);
  map.key("bytes").binary(bytes);
  append_message(out, map);
}

std::string table_id(Bytes table) {
  return fmt::format("{:016x}", XXH64(table.data(), table.size(), 0));
}

}  // namespace pointsman::table
