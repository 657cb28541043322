#include "agent/bridge_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/limits.h"

namespace pointsman::agent {
namespace {

constexpr int kPokesHeld = 2;

}  // namespace

void BridgeSession::receive(Bytes input) {
  if (finished_) return;
  output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent_));
  sent_ = 0;
  append_bytes(input_, input);
  Bytes rest(input_);
  while (!finished_) {
    const std::size_t size = announced_bytes(rest);
    if (finished_ || rest.size() < size) break;
    on_message(rest.subspan(table::kMessageLengthBytes, size - table::kMessageLengthBytes));
    rest = rest.subspan(size);
  }
  if (finished_) rest = {};
  input_.erase(input_.begin(), input_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  if (input_.empty() && input_.capacity() > limits::kIdleBufferBytes) ByteBuffer().swap(input_);
}

// How many bytes the message that begins here takes in all; only those of its length while that is
// not known.
std::size_t BridgeSession::announced_bytes(Bytes start) {
  if (start.size() < table::kMessageLengthBytes) return table::kMessageLengthBytes;
  const std::uint32_t length = WireCursor(start).u32();
  if (length == 0 || length > limits::kBridgeMessageBytes) {
    fail(fmt::format("a question of {} bytes, 1 to {} are allowed", length,
                     limits::kBridgeMessageBytes));
  }
  return table::kMessageLengthBytes + length;
}

void BridgeSession::on_message(Bytes payload) {
  const Result<table::Question> question = table::read_question(payload);
  if (!question) return fail(question.error().message);
  established_ = true;
  if (held_) answer_held();
  host_.on_question(*question);
  if (!question->want.empty()) {
    const auto table = host_.current_table();
    if (table == nullptr) {
      table::append_nothing_new(output_);
    } else {
      const bool goes_on = table->id == question->want && question->offset < table->bytes.size();
      answer_part(*table, goes_on ? question->offset : 0);
    }
  } else if (!answer_with_news(question->have)) {
    held_ = question->have;
    pokes_ = 0;
  }
  if (output_size() > limits::kBridgeOutputBytes) fail("questions whose answers are not read");
}

void BridgeSession::poke() {
  if (finished_ || !held_) return;
  if (answer_with_news(*held_)) {
    held_.reset();
  } else if (++pokes_ >= kPokesHeld) {
    answer_held();
  }
}

void BridgeSession::answer_held() {
  if (!answer_with_news(*held_)) table::append_nothing_new(output_);
  held_.reset();
}

bool BridgeSession::answer_with_news(const std::string& have) {
  const auto table = host_.current_table();
  if (table == nullptr || table->id == have) return false;
  answer_part(*table, 0);
  return true;
}

void BridgeSession::answer_part(const TableDocument& table, std::uint64_t offset) {
  const Bytes rest = Bytes(table.bytes).subspan(offset);
  table::append_answer(output_, table.id, table.bytes.size(), offset,
                       rest.first(std::min(rest.size(), limits::kBridgePartBytes)));
}

void BridgeSession::consume_output(std::size_t count) {
  assert(count <= output_size());
  sent_ += count;
  if (sent_ < output_.size()) return;
  output_.clear();
  sent_ = 0;
}

void BridgeSession::fail(const std::string& what) {
  if (finished_) return;
  finished_ = true;
  held_.reset();
  host_.on_fault(what);
}

}  // namespace pointsman::agent
