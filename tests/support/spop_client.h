// HAProxy's side of SPOP for tests: builds HELLO, NOTIFY and DISCONNECT frames, cuts a byte stream
// into frames and reads ACKs. It encodes and decodes values with code of its own, so that a mistake
// in the agent's codec cannot hide behind the same mistake here; it needs pointsman_base alone.
// SPOE.txt section 3.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/wire_cursor.h"
#include "spop/typed_value.h"
#include "support/hex_text.h"

namespace pointsman::test {

inline constexpr std::uint8_t kUnset = 0, kHello = 1, kDisconnect = 2, kNotify = 3;
inline constexpr std::uint8_t kAgentHello = 101, kAgentDisconnect = 102, kAck = 103;
inline constexpr std::uint32_t kFin = 1, kAbort = 2;

inline void put_value(ByteBuffer& out, const spop::TypedValue& value) {
  const auto type = static_cast<std::uint8_t>(value.type);
  out.push_back(value.boolean ? static_cast<std::uint8_t>(type | 0x10) : type);
  if (value.is_integer()) append_varint(out, value.integer);
  if (value.type == spop::ValueType::kText || value.type == spop::ValueType::kBinary) {
    append_varint(out, value.bytes.size());
  }
  append_bytes(out, value.bytes);
}

inline void put_key(ByteBuffer& out, std::string_view key, const spop::TypedValue& value) {
  append_text(out, key);
  put_value(out, value);
}

inline ByteBuffer frame(std::uint8_t type, std::uint32_t flags, std::uint64_t stream_id,
                        std::uint64_t frame_id, Bytes payload) {
  ByteBuffer body{type};
  append_u32(body, flags);
  append_varint(body, stream_id);
  append_varint(body, frame_id);
  append_bytes(body, payload);
  ByteBuffer out;
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  return std::move(out) + body;
}

struct Hello {
  std::string versions = "2.0";
  std::uint32_t max_frame_size = 16380;
  std::string capabilities = "pipelining,async";
  std::optional<bool> healthcheck = std::nullopt;
  std::string engine_id = "6e1c0a8a-0000-4000-8000-000000000001";  // "": the key is left out
};

inline ByteBuffer hello_frame(const Hello& hello = {}) {
  using spop::TypedValue;
  ByteBuffer payload;
  put_key(payload, "supported-versions", TypedValue::of_text(hello.versions));
  put_key(payload, "max-frame-size", TypedValue::of_uint32(hello.max_frame_size));
  put_key(payload, "capabilities", TypedValue::of_text(hello.capabilities));
  if (!hello.engine_id.empty()) {
    put_key(payload, "engine-id", TypedValue::of_text(hello.engine_id));
  }
  if (hello.healthcheck) {
    put_key(payload, "healthcheck", TypedValue::of_bool(*hello.healthcheck));
  }
  return frame(kHello, kFin, 0, 0, payload);
}

inline ByteBuffer health_check_frame() {
  return hello_frame({.capabilities = "", .healthcheck = true, .engine_id = ""});
}

using Arguments = std::vector<std::pair<std::string_view, spop::TypedValue>>;

inline ByteBuffer message(std::string_view name, const Arguments& arguments = {}) {
  ByteBuffer out;
  append_text(out, name);
  out.push_back(static_cast<std::uint8_t>(arguments.size()));
  for (const auto& [argument, value] : arguments) put_key(out, argument, value);
  return out;
}

inline ByteBuffer notify_frame(std::uint64_t stream_id, std::uint64_t frame_id,
                               std::string_view name, const Arguments& arguments = {}) {
  return frame(kNotify, kFin, stream_id, frame_id, message(name, arguments));
}

inline ByteBuffer disconnect_frame(std::uint32_t status_code = 0,
                                   std::string_view text = "normal") {
  ByteBuffer payload;
  put_key(payload, "status-code", spop::TypedValue::of_uint32(status_code));
  put_key(payload, "message", spop::TypedValue::of_text(text));
  return frame(kDisconnect, kFin, 0, 0, payload);
}

struct Value {  // a TypedValue that owns its text
  spop::ValueType type = spop::ValueType::kNull;
  bool boolean = false;
  std::uint64_t integer = 0;
  std::string text;  // STR and BIN; the bytes of an address
  bool operator==(const Value&) const = default;
};

inline Value take_value(WireCursor& cursor) {
  const std::uint8_t tag = cursor.u8();
  Value value;
  value.type = static_cast<spop::ValueType>(tag & 15);
  switch (tag & 15) {
    case 0:
      break;
    case 1:
      value.boolean = (tag & 0x10) != 0;
      break;
    case 2:
    case 3:
    case 4:
    case 5:
      value.integer = cursor.varint();
      break;
    case 6:
      value.text = as_text(cursor.bytes(4));
      break;
    case 7:
      value.text = as_text(cursor.bytes(16));
      break;
    case 8:
    case 9:
      value.text = cursor.text();
      break;
    default:
      cursor.fail(WireFailure::kMalformed);
  }
  return value;
}

struct Frame {
  std::uint8_t type = 0;
  std::uint32_t flags = 0;
  std::uint64_t stream_id = 0;
  std::uint64_t frame_id = 0;
  ByteBuffer payload = {};
  std::size_t length = 0;  // as the prefix says
};

// Takes the first whole frame off `stream`; null while there is none, or when its header is wrong.
inline std::optional<Frame> take_frame(ByteBuffer& stream) {
  if (stream.size() < 4) return std::nullopt;
  const std::size_t length = WireCursor(stream).u32();
  if (stream.size() - 4 < length) return std::nullopt;
  WireCursor cursor(Bytes(stream).subspan(4, length));
  Frame taken;
  taken.length = length;
  taken.type = cursor.u8();
  taken.flags = cursor.u32();
  taken.stream_id = cursor.varint();
  taken.frame_id = cursor.varint();
  const Bytes payload = cursor.bytes(cursor.remaining());
  taken.payload.assign(payload.begin(), payload.end());
  if (!cursor.ok()) return std::nullopt;
  stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(4 + length));
  return taken;
}

// The keys of an AGENT-HELLO or AGENT-DISCONNECT; null when the payload is wrong.
inline std::optional<std::map<std::string, Value>> read_keys(const Frame& from) {
  std::map<std::string, Value> keys;
  WireCursor cursor(from.payload);
  while (cursor.ok() && !cursor.at_end()) {
    const std::string key(cursor.text());
    keys[key] = take_value(cursor);
  }
  return cursor.ok() ? std::optional(keys) : std::nullopt;
}

// The variables that an ACK sets, as HAProxy would see them in the end: "txn.ack", "txn.gen"; a
// variable that is unset, or set to NULL, is absent. Null when this is no well-formed ACK.
inline std::optional<std::map<std::string, Value>> read_ack(const Frame& from) {
  constexpr std::string_view kScopes[] = {"proc", "sess", "txn", "req", "res"};
  if (from.type != kAck) return std::nullopt;
  std::map<std::string, Value> variables;
  WireCursor cursor(from.payload);
  while (cursor.ok() && !cursor.at_end()) {
    const std::uint8_t action = cursor.u8();
    const std::uint8_t argument_count = cursor.u8();
    const std::uint8_t scope = cursor.u8();
    if (scope > 4 ||
        !((action == 1 && argument_count == 3) || (action == 2 && argument_count == 2))) {
      return std::nullopt;
    }
    const std::string name = std::string(kScopes[scope]) + "." + std::string(cursor.text());
    const Value value = action == 1 ? take_value(cursor) : Value{};
    if (value.type == spop::ValueType::kNull) {
      variables.erase(name);
    } else {
      variables[name] = value;
    }
  }
  return cursor.ok() ? std::optional(variables) : std::nullopt;
}

}  // namespace pointsman::test
