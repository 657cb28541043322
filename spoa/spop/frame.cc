#include "spop/frame.h"

#include "spop/typed_value.h"

namespace pointsman::spop {

bool is_known(FrameType type) {
  switch (type) {
    case FrameType::kUnset:
    case FrameType::kHaproxyHello:
    case FrameType::kHaproxyDisconnect:
    case FrameType::kNotify:
    case FrameType::kAgentHello:
    case FrameType::kAgentDisconnect:
    case FrameType::kAck:
      return true;
  }
  return false;
}

FrameHeader read_frame_header(WireCursor& cursor) {
  FrameHeader header;
  header.type = static_cast<FrameType>(cursor.u8());
  header.flags = cursor.u32();
  header.stream_id = cursor.varint();
  header.frame_id = cursor.varint();
  return header;
}

std::size_t begin_frame(ByteBuffer& out, const FrameHeader& header) {
  const std::size_t start = out.size();
  append_u32(out, 0);
  out.push_back(static_cast<std::uint8_t>(header.type));
  append_u32(out, header.flags);
  append_varint(out, header.stream_id);
  append_varint(out, header.frame_id);
  return start;
}

void end_frame(ByteBuffer& out, std::size_t start) {
  const std::size_t length = out.size() - start - kFrameLengthBytes;
  for (std::size_t i = 0; i < kFrameLengthBytes; ++i) {
    out[start + i] = static_cast<std::uint8_t>(length >> (8 * (kFrameLengthBytes - 1 - i)));
  }
}

void append_agent_disconnect(ByteBuffer& out, StatusCode code) {
  const std::size_t start = begin_frame(out, {.type = FrameType::kAgentDisconnect});
  append_text(out, "status-code");
  append_typed_value(out, TypedValue::of_uint32(static_cast<std::uint32_t>(code)));
  append_text(out, "message");
  append_typed_value(out, TypedValue::of_text(to_text(code)));
  end_frame(out, start);
}

}  // namespace pointsman::spop
