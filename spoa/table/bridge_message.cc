#include "table/bridge_message.h"

#include <fmt/format.h>
#include <msgpack.h>
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <string_view>

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

int write_to_buffer(void* out, const char* bytes, std::size_t size) {
  append_bytes(*static_cast<ByteBuffer*>(out), as_bytes({bytes, size}));
  return 0;
}

// Appends one message: its length, which is known last, and the map that is packed in between.
class MessageWriter {
 public:
  MessageWriter(ByteBuffer& out, std::size_t entries) : out_(out), start_(out.size()) {
    append_u32(out_, 0);
    msgpack_packer_init(&packer_, &out_, write_to_buffer);
    msgpack_pack_map(&packer_, entries);
  }
  ~MessageWriter() {
    ByteBuffer length;
    append_u32(length, static_cast<std::uint32_t>(out_.size() - start_ - kMessageLengthBytes));
    std::copy(length.begin(), length.end(),
              out_.begin() + static_cast<ByteBuffer::difference_type>(start_));
  }
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  void text(std::string_view value) {
    msgpack_pack_str(&packer_, value.size());
    msgpack_pack_str_body(&packer_, value.data(), value.size());
  }
  void entry(std::string_view key, std::string_view value) {
    text(key);
    text(value);
  }
  void entry(std::string_view key, std::uint64_t value) {
    text(key);
    number(value);
  }
  void entry(std::string_view key, Bytes value) {
    text(key);
    msgpack_pack_bin(&packer_, value.size());
    msgpack_pack_bin_body(&packer_, value.data(), value.size());
  }
  void number(std::uint64_t value) { msgpack_pack_uint64(&packer_, value); }
  void array(std::size_t items) { msgpack_pack_array(&packer_, items); }

 private:
  ByteBuffer& out_;
  const std::size_t start_;
  msgpack_packer packer_{};
};

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
  const std::size_t wanted = question.want.empty() ? 0 : 2;
  const std::size_t decided = question.decided.empty() ? 0 : 1;
  MessageWriter writer(out, 4 + wanted + decided);
  writer.entry("version", kVersion);
  writer.entry("haproxy", question.haproxy);
  writer.entry("generation", question.generation);
  writer.entry("have", question.have);
  if (wanted != 0) {
    writer.entry("want", question.want);
    writer.entry("offset", question.offset);
  }
  if (decided == 0) return;
  writer.text("decided");
  writer.array(question.decided.size());
  for (const DecidedCount& entry : question.decided) {
    writer.array(4);
    writer.text(entry.gateway);
    writer.text(entry.route);
    writer.text(entry.reason);
    writer.number(entry.count);
  }
}

void append_nothing_new(ByteBuffer& out) { const MessageWriter empty(out, 0); }

void append_answer(ByteBuffer& out, const std::string& id, std::uint64_t size, std::uint64_t offset,
                   Bytes bytes) {
  assert(bytes.size() <= limits::kBridgePartBytes);
  MessageWriter writer(out, 4);
  writer.entry("id", id);
  writer.entry("size", size);
  writer.entry("offset", offset);
  writer.entry("bytes", bytes);
}

std::string table_id(Bytes table) {
  return fmt::format("{:016x}", XXH64(table.data(), table.size(), 0));
}

}  // namespace pointsman::table
