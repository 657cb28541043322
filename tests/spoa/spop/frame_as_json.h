// What the agent's own decoder reads in a frame, as tests/golden/spop/decode.py prints it.
#pragma once

#include <arpa/inet.h>

#include <cstdio>
#include <string>

#include "spop/frame.h"
#include "spop/message.h"

namespace pointsman::test {

inline std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t short_form = std::string_view("\"\\\n\r\t\b\f").find(c);
    if (short_form != std::string_view::npos) {
      json += std::string("\\") + "\"\\nrtbf"[short_form];
    } else if (byte < 0x20 || byte > 0x7e) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      json += byte == 0x7f ? std::string(1, c) : escape;
    } else {
      json += c;
    }
  }
  return json + "\"";
}

inline std::string value_as_json(const spop::TypedValue& value) {
  const auto address = [&](int family) {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(family, value.bytes.data(), text, sizeof text);
    return quoted(text);
  };
  const auto signed_integer = std::to_string(static_cast<std::int64_t>(value.integer));
  switch (value.type) {
    case spop::ValueType::kNull:
      return R"({"null": null})";
    case spop::ValueType::kBool:
      return value.boolean ? R"({"bool": true})" : R"({"bool": false})";
    case spop::ValueType::kInt32:
      return R"({"int32": )" + signed_integer + "}";
    case spop::ValueType::kUint32:
      return R"({"uint32": )" + std::to_string(value.integer) + "}";
    case spop::ValueType::kInt64:
      return R"({"int64": )" + signed_integer + "}";
    case spop::ValueType::kUint64:
      return R"({"uint64": )" + std::to_string(value.integer) + "}";
    case spop::ValueType::kIpv4:
      return R"({"ipv4": )" + address(AF_INET) + "}";
    case spop::ValueType::kIpv6:
      return R"({"ipv6": )" + address(AF_INET6) + "}";
    case spop::ValueType::kText:
      return R"({"str": )" + quoted(value.text()) + "}";
    case spop::ValueType::kBinary:
      return R"({"bin": )" + quoted(value.text()) + "}";
  }
  return "?";
}

inline void add_item(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

inline std::string payload_as_json(const spop::FrameHeader& header, Bytes payload) {
  using spop::FrameType;
  WireCursor cursor(payload);
  std::string items;
  if (header.type == FrameType::kUnset || (header.type == FrameType::kNotify && !header.fin())) {
    return R"("fragment_bytes": )" + std::to_string(payload.size());
  }
  if (header.type == FrameType::kNotify) {
    while (cursor.ok() && !cursor.at_end()) {
      const spop::Message message = spop::read_message(cursor);
      std::string arguments;
      message.for_each_argument([&](const spop::Argument& argument) {
        add_item(arguments,
                 "[" + quoted(argument.name) + ", " + value_as_json(argument.value) + "]");
      });
      add_item(items, "[" + quoted(message.name) + ", [" + arguments + "]]");
    }
    return R"("messages": [)" + items + "]" + (cursor.ok() ? "" : " malformed");
  }
  while (cursor.ok() && !cursor.at_end()) {
    const std::string key = quoted(cursor.text());
    add_item(items, "[" + key + ", " + value_as_json(spop::read_typed_value(cursor)) + "]");
  }
  return R"("keys": [)" + items + "]" + (cursor.ok() ? "" : " malformed");
}

inline std::string frame_as_json(Bytes bytes) {
  WireCursor cursor(bytes);
  const std::uint32_t length = cursor.u32();
  const spop::FrameHeader header = spop::read_frame_header(cursor);
  if (!cursor.ok() || length + spop::kFrameLengthBytes != bytes.size()) return "malformed";
  const char* const type = header.type == spop::FrameType::kUnset          ? "UNSET"
                           : header.type == spop::FrameType::kHaproxyHello ? "HAPROXY-HELLO"
                           : header.type == spop::FrameType::kHaproxyDisconnect
                               ? "HAPROXY-DISCONNECT"
                               : "NOTIFY";
  return R"({"type": ")" + std::string(type) + R"(", "flags": )" + std::to_string(header.flags) +
         R"(, "stream": )" + std::to_string(header.stream_id) + R"(, "frame": )" +
         std::to_string(header.frame_id) + ", " +
         payload_as_json(header, bytes.subspan(cursor.offset())) + "}";
}

}  // namespace pointsman::test
