#include "table/bridge_message.h"

#include <fmt/format.h>
#include <msgpack.h>
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <string_view>

namespace pointsman::table {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kReasonBytes = 16;

// Reads MessagePack in place and remembers its first failure. Not msgpack's own unpacker, which
// sets memory aside for as many items as an array only claims to have.
class MessageReader {
 public:
  explicit MessageReader(Bytes bytes) : cursor_(bytes) {}

  bool ok() const { return cursor_.ok(); }
  bool at_end() const { return cursor_.at_end(); }

  std::uint64_t map() {
    const std::uint8_t type = cursor_.u8();
    if ((type & 0xF0) == 0x80) return type & 0x0F;
    if (type == 0xDE) return big_endian(2);
    return type == 0xDF ? big_endian(4) : fail();
  }
  std::uint64_t array() {
    const std::uint8_t type = cursor_.u8();
    if ((type & 0xF0) == 0x90) return type & 0x0F;
    if (type == 0xDC) return big_endian(2);
    return type == 0xDD ? big_endian(4) : fail();
  }
  std::uint64_t number() {
    const std::uint8_t type = cursor_.u8();
    if (type < 0x80) return type;
    if (type >= 0xCC && type <= 0xCF) return big_endian(1U << (type - 0xCC));
    if (type < 0xD0 || type > 0xD3) return fail();
    // Signed, as some writers have it; never negative here.
    const unsigned size = 1U << (type - 0xD0);
    const std::uint64_t value = big_endian(size);
    return value >> (8 * size - 1) == 0 ? value : fail();
  }
  std::string text(std::size_t longest) {
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
  Bytes binary(std::size_t longest) {
    const std::uint8_t type = cursor_.u8();
    const std::uint64_t size =
        type >= 0xC4 && type <= 0xC6 ? big_endian(1U << (type - 0xC4)) : fail();
    return cursor_.bytes(size > longest ? fail() : size);
  }

  // A value of any type, which nobody asked for.
  void skip(std::size_t depth = 1) {
    if (depth > limits::kBridgeMessageDepth) fail();
    const std::uint8_t type = cursor_.u8();
    if (!ok() || type < 0x80 || type >= 0xE0) return;  // small numbers
    if (type < 0x90) return skip_items(2 * (type & 0x0FU), depth);
    if (type < 0xA0) return skip_items(type & 0x0FU, depth);
    if (type < 0xC0) return skip_bytes(type & 0x1FU);
    if (type == 0xC1) return (void)fail();
    if (type < 0xC4) return;  // nil, false, true
    if (type < 0xC7) return skip_bytes(big_endian(1U << (type - 0xC4)));
    if (type < 0xCA) return skip_bytes(big_endian(1U << (type - 0xC7)) + 1);
    if (type < 0xCC) return skip_bytes(type == 0xCA ? 4 : 8);
    if (type < 0xD4) return skip_bytes(1U << ((type - 0xCC) % 4));
    if (type < 0xD9) return skip_bytes((1U << (type - 0xD4)) + 1);
    if (type < 0xDC) return skip_bytes(big_endian(1U << (type - 0xD9)));
    const std::uint64_t items = big_endian(type % 2 == 0 ? 2 : 4);
    skip_items(type < 0xDE ? items : 2 * items, depth);
  }

  std::uint64_t fail() {
    cursor_.fail(WireFailure::kMalformed);
    return 0;
  }

 private:
  std::uint64_t big_endian(unsigned size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : cursor_.bytes(size)) value = value << 8 | byte;
    return value;
  }
  void skip_bytes(std::uint64_t size) { cursor_.bytes(size); }
  void skip_items(std::uint64_t count, std::size_t depth) {
    for (std::uint64_t i = 0; i < count && ok(); ++i) skip(depth + 1);
  }

  WireCursor cursor_;
};

// Calls `read(key)` for each key of the one map that the payload is; false where it is no such map.
// `read` takes the value, or says that it does not know the key.
template <class Read>
bool read_map(MessageReader& reader, Read&& read) {
  const std::uint64_t entries = reader.map();
  for (std::uint64_t i = 0; i < entries && reader.ok(); ++i) {
    const std::string key = reader.text(limits::kBridgeMessageBytes);
    if (reader.ok() && !read(std::string_view(key))) reader.skip();
  }
  return reader.ok() && reader.at_end();
}

void read_decided(MessageReader& reader, std::vector<DecidedCount>& decided) {
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
  MessageReader reader(payload);
  const bool whole = read_map(reader, [&](std::string_view key) {
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
  if (!whole) return Error{"a malformed question"};
  if (!version) return Error{"a question without a version"};
  if (*version != kVersion) {
    return Error{fmt::format("a question of version {}, this agent knows version {}", *version,
                             kVersion)};
  }
  return question;
}

Result<Answer> read_answer(Bytes payload) {
  Answer answer;
  MessageReader reader(payload);
  const bool whole = read_map(reader, [&](std::string_view key) {
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
  if (!whole) return Error{"a malformed answer"};
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
