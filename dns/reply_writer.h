// Writes one reply: header, the question as it came, then records from the zones' bytes (record.h).
// What does not fit is left out by whole records, so that a truncated reply is a prefix of the
// whole one; OPT's room is set aside from the start. Owners are pointers (RFC 1035 section 4.1.4)
// as far as these reach.
#pragma once

#include <cstdint>
#include <span>

#include "base/wire_cursor.h"
#include "dns/message.h"
#include "dns/record.h"
#include "dns/zones.h"

namespace pointsman::dns {

enum class Section : std::uint8_t { kAnswer, kAuthority };

class ReplyWriter {
 public:
  // Nothing passes `limit`, which is at most the size of `out`; header, question and `opt` fit into
  // it. `opt` may be empty.
  ReplyWriter(std::span<std::uint8_t> out, std::size_t limit, Bytes question, Bytes opt);

  bool truncated() const { return truncated_; }
  std::size_t size() const { return size_; }

  // The set's records under another owner: the name at offset `owner`, which a pointer reaches. If
  // they do not all fit, those that do stay, and the reply is truncated. Where the records begin.
  std::size_t add_set(Section section, const RecordSet& set, std::size_t owner);

  // Address records for a set that stands whole at `start`, as many as fit.
  void add_glue(const RecordSet& set, std::size_t start);

  // OPT, and the header: `flags` without TC and the rcode's lower bits. The reply's size.
  std::size_t finish(std::uint16_t id, std::uint16_t flags, std::uint16_t rcode);

 private:
  static constexpr std::size_t kPointerBytes = 2;

  // A name as it is written: labels, then a pointer or, if the root is among them, none.
  struct Owner {
    Bytes labels;
    bool has_pointer = false;
    std::size_t pointer = 0;

    std::size_t size() const { return labels.size() + (has_pointer ? kPointerBytes : 0); }
  };

  Owner owner_at(std::size_t target, std::size_t earlier) const;
  void put(Bytes bytes);
  void set_u16(std::size_t place, std::size_t value);

  std::span<std::uint8_t> out_;
  std::size_t limit_;  // without OPT
  Bytes opt_;
  std::size_t size_ = kHeaderBytes;
  std::uint16_t questions_ = 0;
  std::uint16_t answers_ = 0;
  std::uint16_t authorities_ = 0;
  std::uint16_t additionals_ = 0;
  bool truncated_ = false;
};

}  // namespace pointsman::dns
