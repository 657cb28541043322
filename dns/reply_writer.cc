#include "dns/reply_writer.h"

#include <cassert>
#include <cstring>

namespace pointsman::dns {
namespace {

// How many whole records at the front of `records` take at most `room` bytes.
struct Prefix {
  std::size_t size = 0;
  std::uint16_t count = 0;
};
Prefix prefix_within(Bytes records, std::size_t room) {
  Prefix prefix;
  while (prefix.size < records.size()) {
    const std::size_t next = record_size(records.subspan(prefix.size));
    if (prefix.size + next > room) break;
    prefix.size += next;
    ++prefix.count;
  }
  return prefix;
}

std::size_t name_size(Bytes wire) {
  std::size_t size = 0;
  while (wire[size] != 0) size += 1u + wire[size];
  return size + 1;
}

}  // namespace

ReplyWriter::ReplyWriter(std::span<std::uint8_t> out, std::size_t limit, Bytes question, Bytes opt)
    : out_(out), limit_(limit - opt.size()), opt_(opt) {
  assert(limit <= out.size() && kHeaderBytes + question.size() + opt.size() <= limit);
  put(question);
  questions_ = question.empty() ? 0 : 1;
}

std::size_t ReplyWriter::add_set(Section section, const RecordSet& set, std::size_t owner) {
  assert(owner <= kPointerReach);
  const std::size_t start = size_;
  Prefix prefix{set.records.size(), static_cast<std::uint16_t>(set.count)};
  if (prefix.size > limit_ - size_) {
    prefix = prefix_within(set.records, limit_ - size_);
    truncated_ = true;
  }
  put(set.records.first(prefix.size));
  auto& count = section == Section::kAnswer ? answers_ : authorities_;
  count = static_cast<std::uint16_t>(count + prefix.count);
  if (owner == kHeaderBytes) return start;
  for (std::size_t place = start; place < size_;) {
    set_u16(place, kPointerBits | owner);
    place += record_size(Bytes(out_).subspan(place));
  }
  return start;
}

void ReplyWriter::add_glue(const RecordSet& set, std::size_t start) {
  std::size_t place = size_;  // a copy, which the bytes that are written cannot alias
  for (const Glue& glue : set.glue) {
    const std::size_t target = start + glue.target;
    const bool in_reach = target <= kPointerReach;
    const Bytes name = Bytes(out_).subspan(target);
    const std::size_t owner_size = in_reach ? sizeof(std::uint16_t) : name_size(name);
    const Bytes record = glue.record();
    if (owner_size + record.size() > limit_ - place) break;
    if (in_reach) {
      set_u16(place, kPointerBits | target);
    } else {
      std::memcpy(out_.data() + place, name.data(), owner_size);
    }
    std::memcpy(out_.data() + place + owner_size, record.data(), record.size());
    place += owner_size + record.size();
    ++additionals_;
  }
  size_ = place;
}

std::size_t ReplyWriter::finish(std::uint16_t id, std::uint16_t flags, std::uint16_t rcode) {
  put(opt_);
  if (!opt_.empty()) ++additionals_;
  set_u16(0, id);
  set_u16(2, flags | (truncated_ ? Header::kTruncated : 0u) | (rcode & 15u));
  set_u16(4, questions_);
  set_u16(6, answers_);
  set_u16(8, authorities_);
  set_u16(10, additionals_);
  return size_;
}

void ReplyWriter::put(Bytes bytes) {
  if (bytes.empty()) return;
  std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void ReplyWriter::set_u16(std::size_t place, std::size_t value) {
  out_[place] = static_cast<std::uint8_t>(value >> 8);
  out_[place + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace pointsman::dns
