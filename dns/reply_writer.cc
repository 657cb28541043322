#include "dns/reply_writer.h"

#include <algorithm>
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

// The uncompressed name at the front of these bytes.
std::string_view name_at(Bytes wire) {
  std::size_t size = 0;
  while (wire[size] != 0) size += 1u + wire[size];
  return as_text(wire.first(size + 1));
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
    const Owner owner = owner_at(start + glue.target, start + set.glue.front().target);
    const Bytes record = glue.record();
    if (owner.size() + record.size() > limit_ - place) break;
    std::copy(owner.labels.begin(), owner.labels.end(),
              out_.begin() + static_cast<std::ptrdiff_t>(place));
    place += owner.labels.size();
    if (owner.has_pointer) {
      set_u16(place, kPointerBits | owner.pointer);
      place += kPointerBytes;
    }
    std::memcpy(out_.data() + place, record.data(), record.size());
    place += record.size();
    ++additionals_;
  }
  size_ = place;
}

// A pointer, if it reaches; else the first label and a pointer to the rest of an earlier name, if
// that is the same; else the whole name.
ReplyWriter::Owner ReplyWriter::owner_at(std::size_t target, std::size_t earlier) const {
  if (target <= kPointerReach) return {{}, true, target};
  const std::string_view name = name_at(Bytes(out_).subspan(target));
  const std::string_view rest = parent_of(name);
  const std::string_view earlier_name = name_at(Bytes(out_).subspan(earlier));
  const std::size_t pointer = earlier + earlier_name.size() - rest.size();
  if (pointer <= kPointerReach && parent_of(earlier_name) == rest) {
    return {as_bytes(name.substr(0, name.size() - rest.size())), true, pointer};
  }
  return {as_bytes(name), false, 0};
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
