// The frame around every SPOP payload (SPOE.txt section 3.2): a length, then type, flags, stream id
// and frame id. Frames are written in place into a buffer that may already hold others:
// begin_frame, the payload, end_frame. What stands in the payload is the business of handshake.h,
// message.h and action.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/wire_cursor.h"
#include "spop/status_code.h"

namespace pointsman::spop {

enum class FrameType : std::uint8_t {
  kUnset = 0,  // a further fragment
  kHaproxyHello = 1,
  kHaproxyDisconnect = 2,
  kNotify = 3,
  kAgentHello = 101,
  kAgentDisconnect = 102,
  kAck = 103,
};

inline constexpr std::uint32_t kFlagFin = 1;    // the last fragment, or the whole
inline constexpr std::uint32_t kFlagAbort = 2;  // the fragments that came are to be forgotten

inline constexpr std::size_t kFrameLengthBytes = 4;      // not counted in the length itself
inline constexpr std::size_t kFrameHeaderBytesMin = 7;   // type, flags, two ids of one byte each
inline constexpr std::size_t kFrameHeaderBytesMax = 25;  // the same with the longest ids

struct FrameHeader {
  FrameType type = FrameType::kUnset;  // may hold a number that is none of the enumerators
  std::uint32_t flags = kFlagFin;      // bits 2 to 31 are reserved and ignored
  std::uint64_t stream_id = 0;
  std::uint64_t frame_id = 0;

  bool fin() const { return (flags & kFlagFin) != 0; }
  bool aborted() const { return (flags & kFlagAbort) != 0; }
  bool operator==(const FrameHeader&) const = default;
};

bool is_known(FrameType type);

// Reads what follows the length; the payload is the rest of the frame.
FrameHeader read_frame_header(WireCursor& cursor);

// Returns where the frame starts, for end_frame, which writes the length.
std::size_t begin_frame(ByteBuffer& out, const FrameHeader& header);
void end_frame(ByteBuffer& out, std::size_t start);

// A whole AGENT-DISCONNECT frame (SPOE.txt section 3.2.9).
void append_agent_disconnect(ByteBuffer& out, StatusCode code);

}  // namespace pointsman::spop
