#include "dns/responder/query_stream.h"

#include "base/limits.h"
#include "dns/record.h"

namespace pointsman::dns {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

void QueryStream::Outbox::add(Bytes reply) {
  used = true;
  append_u16(bytes, static_cast<std::uint16_t>(reply.size()));
  append_bytes(bytes, reply);
}

void QueryStream::Outbox::take(std::size_t count) {
  sent += count;
  if (sent == bytes.size() && bytes.capacity() > limits::kIdleBufferBytes) {
    ByteBuffer().swap(bytes);
    sent = 0;
  } else if (2 * sent >= bytes.size()) {  // so that each byte is moved once at most, on average
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(sent));
    sent = 0;
  }
}

void QueryStream::receive(Bytes input) {
  if (finished_) return;
  append_bytes(input_, input);
  answer_queries();
}

void QueryStream::answer_queries() {
  Bytes rest(input_);
  while (!finished_ && wants_input() && rest.size() >= kLengthBytes) {
    const std::size_t length = WireCursor(rest).u16();
    if (length < kHeaderBytes) {
      finished_ = true;
    } else if (rest.size() < kLengthBytes + length) {
      break;
    } else {
      answer_one(rest.subspan(kLengthBytes, length));
      rest = rest.subspan(kLengthBytes + length);
    }
  }
  if (finished_) rest = {};
  input_.erase(input_.begin(), input_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  if (input_.empty() && input_.capacity() > limits::kIdleBufferBytes) ByteBuffer().swap(input_);
}

void QueryStream::answer_one(Bytes query) {
  const Reply reply = host_.answer(query, peer_, out_);
  switch (reply.act) {
    case Reply::Act::kSend:
      return outbox_->add(out_.first(reply.size));
    case Reply::Act::kSilence:
      finished_ = true;
      return;
    case Reply::Act::kForward:
      ++outbox_->awaited;
      host_.forward(query, peer_, [outbox = std::weak_ptr(outbox_)](Bytes later) {
        const auto open = outbox.lock();
        if (!open) return;
        --open->awaited;
        open->add(later);
      });
  }
}

Bytes QueryStream::output() const { return Bytes(outbox_->bytes).subspan(outbox_->sent); }

std::size_t QueryStream::output_size() const { return outbox_->bytes.size() - outbox_->sent; }

void QueryStream::consume_output(std::size_t count) {
  outbox_->take(count);
  answer_queries();
}

bool QueryStream::wants_input() const { return output_size() < limits::kDnsStreamOutputBytes; }

bool QueryStream::answer_pending() const { return outbox_->awaited > 0; }

}  // namespace pointsman::dns
