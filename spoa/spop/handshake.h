// The HELLO frames that open a connection (SPOE.txt sections 3.2.4 and 3.2.5): what HAProxy offers,
// what both sides then hold to, and our answer. Keys may come in any order; unknown ones are
// skipped and of a repeated one the last counts. HAProxy's capabilities must be there but change
// nothing: each NOTIFY is answered at once and in order, with pipelining or without.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/wire_cursor.h"
#include "spop/status_code.h"

namespace pointsman::spop {

struct Handshake {
  std::uint32_t frame_size = 0;  // the lower of both sides' limits; the length prefix is not in it
  bool health_check = false;     // HAProxy wants the answer and nothing more
  bool operator==(const Handshake&) const = default;
};

// Reads the payload of a HAPROXY-HELLO; the error is the code to disconnect with.
Result<Handshake, StatusCode> read_haproxy_hello(Bytes payload, std::uint32_t own_frame_size);

// A whole AGENT-HELLO frame.
void append_agent_hello(ByteBuffer& out, std::uint32_t frame_size);

}  // namespace pointsman::spop
