// One SPOP connection without its socket: bytes go in by receive(), bytes to send come out by
// output(). The session does the handshake, the health check, pipelining, refusal of fragments, and
// exactly one non-empty ACK for each NOTIFY. It answers within receive(), so nothing is ever in
// flight between two calls. Used by one thread. Protocol: SPOE.txt section 3, version 2.0.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "base/wire_cursor.h"
#include "spop/action.h"
#include "spop/message.h"
#include "spop/status_code.h"

namespace pointsman::spop {

// Decides what each message of a NOTIFY is answered with. Called within Session::receive().
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;
  virtual void on_message(const Message& message, ActionList& actions) = 0;
};

struct SessionCounters {  // owned by the worker, shared by its sessions
  std::uint64_t frames_received = 0;
  std::uint64_t notifies = 0;
  std::uint64_t aborted_fragments = 0;
  std::uint64_t health_checks = 0;
  std::uint64_t disconnects_received = 0;
  std::array<std::uint64_t, 100> disconnects_sent{};  // by status code
};

class Session {
 public:
  // Handler and counters outlive the session. `max_frame_size` is what we offer; the lower of ours
  // and HAProxy's holds.
  Session(MessageHandler& handler, SessionCounters& counters,
          std::uint32_t max_frame_size = limits::kFrameSizeMax);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Takes all of `input`. After finished() it ignores what comes.
  void receive(Bytes input);

  // What to send next, in ONE write: the AGENT-HELLO alone, later whole ACKs together. Empty:
  // nothing to send. consume_output(n) takes back what was written; a next chunk may follow.
  Bytes output() const;
  void consume_output(std::size_t count);
  std::size_t output_size() const;  // all that waits, over all chunks

  // From now on health checks are refused (closed without an answer); other frames are still
  // served.
  void begin_drain();
  // DISCONNECT 0; finished() holds afterwards. Before the handshake: just finished.
  void disconnect_normally();

  bool established() const;  // the handshake is done
  bool finished() const;     // nothing more is read: close once output() is empty

 private:
  // by the implementer
};

}  // namespace pointsman::spop
