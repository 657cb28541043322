// One SPOP connection without its socket: bytes go in by receive(), bytes to send come out by
// output(). The session does the handshake, the health check, pipelining, refusal of fragments, and
// exactly one non-empty ACK for each NOTIFY. It answers within receive(), so nothing is ever in
// flight between two calls. Used by one thread. Protocol: SPOE.txt section 3, version 2.0.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/limits.h"
#include "base/wire_cursor.h"
#include "spop/action.h"
#include "spop/frame.h"
#include "spop/message.h"
#include "spop/status_code.h"

namespace pointsman::spop {

// Decides what each message of a NOTIFY is answered with. Called within Session::receive(), after
// the whole NOTIFY was found well-formed. The session has set `ack` before.
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
  std::uint64_t handler_failures = 0;     // the handler threw: answered without its actions
  std::uint64_t slow_readers_closed = 0;  // more than limits::kOutputBufferBytes waited
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
  // nothing to send. consume_output(n) takes back what was written; a next chunk may follow. The
  // view is valid until the next call that is not const. When more than
  // limits::kOutputBufferBytes wait, the peer does not read: all of it is dropped and the session
  // is finished.
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
  struct FrameIds {
    std::uint64_t stream_id = 0;
    std::uint64_t frame_id = 0;
    bool operator==(const FrameIds&) const = default;
  };

  Bytes take_in_place(Bytes input);
  Bytes complete_partial(Bytes input);
  std::size_t announced_bytes(Bytes start);
  void keep(Bytes part);

  void on_frame(Bytes frame);
  void on_hello(const FrameHeader& header, Bytes payload);
  void on_notify(const FrameHeader& header, Bytes payload);
  void on_fragment(const FrameHeader& header);
  void acknowledge(const FrameHeader& notify, std::uint32_t flags, Bytes payload);
  void run_handler(Bytes payload, std::size_t size_limit);
  void swallow_fragments_of(FrameIds ids);

  void disconnect(StatusCode code);
  void finish();
  void drop_output();
  void forget_sent_output();

  MessageHandler& handler_;
  SessionCounters& counters_;
  std::uint32_t frame_size_;  // ours until the handshake, then the negotiated one
  bool established_ = false;
  bool finished_ = false;
  bool draining_ = false;
  ByteBuffer partial_;             // the start of a frame whose end has not come yet
  ByteBuffer output_;              // output_[sent_..] waits
  std::size_t sent_ = 0;           // what consume_output() took back of output_
  std::size_t hello_waiting_ = 0;  // how much of what waits belongs to the AGENT-HELLO
  // NOTIFYs refused at their first fragment whose last one has not come yet, oldest first.
  std::vector<FrameIds> refused_;
};

}  // namespace pointsman::spop
