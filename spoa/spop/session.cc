#include "spop/session.h"

#include <algorithm>
#include <cassert>

#include "spop/handshake.h"

namespace pointsman::spop {
namespace {

// set-var(txn.ack) true, first in every ACK: an ACK without actions hangs HAProxy 3.1.0, and the
// variable tells HAProxy's configuration that an agent answered at all.
constexpr std::array<std::uint8_t, 8> kAckAction = {1, 3, 2, 3, 'a', 'c', 'k', 0x11};
static_assert(kFrameHeaderBytesMax + kAckAction.size() <= limits::kFrameSizeMin);
static_assert(limits::kFrameSizeMax < limits::kOutputBufferBytes);

// Empties a buffer, and returns its memory when a rare large frame made it grow.
void reset(ByteBuffer& buffer) {
  buffer.clear();
  if (buffer.capacity() > limits::kIdleBufferBytes) ByteBuffer().swap(buffer);
}

bool is_well_formed(Bytes payload) {
  WireCursor cursor(payload);
  while (cursor.ok() && !cursor.at_end()) read_message(cursor);
  return cursor.ok();
}

}  // namespace

Session::Session(MessageHandler& handler, SessionCounters& counters, std::uint32_t max_frame_size)
    : handler_(handler), counters_(counters), frame_size_(max_frame_size) {
  assert(max_frame_size >= limits::kFrameSizeMin && max_frame_size <= limits::kFrameSizeMax);
}

void Session::receive(Bytes input) {
  forget_sent_output();
  while (!input.empty() && !finished_) {
    input = partial_.empty() ? take_in_place(input) : complete_partial(input);
  }
}

// Handles the frame at the front of `input` where it lies, or keeps the start of one. Returns what
// is left.
Bytes Session::take_in_place(Bytes input) {
  const std::size_t size = announced_bytes(input);
  if (finished_) return {};
  if (input.size() < size) {
    keep(input);
    return {};
  }
  on_frame(input.subspan(kFrameLengthBytes, size - kFrameLengthBytes));
  return input.subspan(size);
}

// Adds to the partial frame what it still lacks, first its length, then the rest.
Bytes Session::complete_partial(Bytes input) {
  const std::size_t lacking = announced_bytes(partial_) - partial_.size();
  const std::size_t taken = std::min(lacking, input.size());
  keep(input.first(taken));
  if (partial_.size() == announced_bytes(partial_) && !finished_) {
    on_frame(Bytes(partial_).subspan(kFrameLengthBytes));
    reset(partial_);
  }
  return input.subspan(taken);
}

// How many bytes the frame that begins here takes in all; only those of its length while that is
// not known. A length that no frame may have ends the session at once.
std::size_t Session::announced_bytes(Bytes start) {
  if (start.size() < kFrameLengthBytes) return kFrameLengthBytes;
  const std::uint32_t length = WireCursor(start).u32();
  if (length > frame_size_) {
    disconnect(StatusCode::kFrameTooBig);
  } else if (length < kFrameHeaderBytesMin) {
    disconnect(StatusCode::kInvalidFrame);
  }
  return finished_ ? start.size() : kFrameLengthBytes + length;
}

// Grows by what came, never by what a length promises, and never beyond one frame.
void Session::keep(Bytes part) {
  const std::size_t size = partial_.size() + part.size();
  const std::size_t size_limit = kFrameLengthBytes + frame_size_;
  assert(size <= size_limit);
  if (size > partial_.capacity()) {
    partial_.reserve(std::min(std::max(size, 2 * partial_.capacity()), size_limit));
  }
  append_bytes(partial_, part);
}

void Session::on_frame(Bytes frame) {
  ++counters_.frames_received;
  if (!is_known(static_cast<FrameType>(frame.front()))) return;
  WireCursor cursor(frame);
  const FrameHeader header = read_frame_header(cursor);
  if (!cursor.ok()) return disconnect(StatusCode::kInvalidFrame);
  const Bytes payload = frame.subspan(cursor.offset());
  switch (header.type) {
    case FrameType::kHaproxyHello:
      return on_hello(header, payload);
    case FrameType::kNotify:
      return on_notify(header, payload);
    case FrameType::kUnset:
      return on_fragment(header);
    case FrameType::kHaproxyDisconnect:  // whatever it says, it is the end
      ++counters_.disconnects_received;
      return disconnect(StatusCode::kNormal);
    case FrameType::kAgentHello:
    case FrameType::kAgentDisconnect:
    case FrameType::kAck:
      return disconnect(StatusCode::kInvalidFrame);
  }
}

void Session::on_hello(const FrameHeader& header, Bytes payload) {
  if (established_) return disconnect(StatusCode::kInvalidFrame);
  if (!header.fin()) return disconnect(StatusCode::kFragmentationNotSupported);
  if (header.stream_id != 0 || header.frame_id != 0) return disconnect(StatusCode::kInvalidFrame);
  const Result<Handshake, StatusCode> handshake = read_haproxy_hello(payload, frame_size_);
  if (!handshake) return disconnect(handshake.error());
  if (handshake->health_check) {
    ++counters_.health_checks;
    if (draining_) return finish();  // a close without an answer fails the check on every HAProxy
  }
  frame_size_ = handshake->frame_size;
  established_ = true;
  append_agent_hello(output_, frame_size_);
  hello_waiting_ = output_.size();
  if (handshake->health_check) finish();
}

void Session::on_notify(const FrameHeader& header, Bytes payload) {
  if (!established_) return disconnect(StatusCode::kInvalidFrame);
  const FrameIds ids{header.stream_id, header.frame_id};
  if (std::find(refused_.begin(), refused_.end(), ids) != refused_.end()) {
    return disconnect(StatusCode::kInterlacedFrames);  // these ids have their ACK already
  }
  if (!header.fin()) {
    ++counters_.aborted_fragments;
    swallow_fragments_of(ids);
    return acknowledge(header, kFlagFin | kFlagAbort, {});
  }
  if (!is_well_formed(payload)) return disconnect(StatusCode::kInvalidFrame);
  ++counters_.notifies;
  acknowledge(header, kFlagFin, payload);
}

void Session::on_fragment(const FrameHeader& header) {
  if (!established_) return disconnect(StatusCode::kInvalidFrame);
  const auto found =
      std::find(refused_.begin(), refused_.end(), FrameIds{header.stream_id, header.frame_id});
  if (found == refused_.end()) return disconnect(StatusCode::kInterlacedFrames);
  if (header.fin() || header.aborted()) refused_.erase(found);
}

// HAProxy may also give up without sending the rest, so the oldest entry makes room.
void Session::swallow_fragments_of(FrameIds ids) {
  if (refused_.size() == limits::kFragmentedNotifies) refused_.erase(refused_.begin());
  refused_.push_back(ids);
}

void Session::acknowledge(const FrameHeader& notify, std::uint32_t flags, Bytes payload) {
  const std::size_t start =
      begin_frame(output_, {FrameType::kAck, flags, notify.stream_id, notify.frame_id});
  append_bytes(output_, kAckAction);
  run_handler(payload, start + kFrameLengthBytes + frame_size_);
  end_frame(output_, start);
  if (output_size() > limits::kOutputBufferBytes) {
    ++counters_.slow_readers_closed;
    drop_output();
    finish();
  }
}

void Session::run_handler(Bytes payload, std::size_t size_limit) {
  const std::size_t before = output_.size();
  try {
    ActionList actions(output_, size_limit);
    WireCursor cursor(payload);
    while (!cursor.at_end()) handler_.on_message(read_message(cursor), actions);
  } catch (...) {  // one bad decision must not cost the connection and all that share it
    output_.resize(before);
    ++counters_.handler_failures;
  }
}

Bytes Session::output() const {
  const Bytes waiting = Bytes(output_).subspan(sent_);
  return hello_waiting_ > 0 ? waiting.first(hello_waiting_) : waiting;
}

void Session::consume_output(std::size_t count) {
  assert(count <= output().size());
  sent_ += count;
  hello_waiting_ -= std::min(count, hello_waiting_);
  if (sent_ == output_.size()) drop_output();
}

std::size_t Session::output_size() const { return output_.size() - sent_; }

void Session::drop_output() {
  reset(output_);
  sent_ = 0;
  hello_waiting_ = 0;
}

// Moves what waits to the front, once that costs no more than what was sent meanwhile.
void Session::forget_sent_output() {
  if (sent_ < output_size() || sent_ == 0) return;
  output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent_));
  sent_ = 0;
}

void Session::begin_drain() { draining_ = true; }

void Session::disconnect_normally() {
  if (finished_) return;
  established_ ? disconnect(StatusCode::kNormal) : finish();
}

bool Session::established() const { return established_; }
bool Session::finished() const { return finished_; }

void Session::disconnect(StatusCode code) {
  ++counters_.disconnects_sent[static_cast<std::size_t>(code)];
  append_agent_disconnect(output_, code);
  finish();
}

void Session::finish() { finished_ = true; }

}  // namespace pointsman::spop
