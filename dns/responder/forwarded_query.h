// A client's query on its way to a resolver, and the reply on its way back; without sockets. The
// resolver gets a message of ours, with a random id and the client's question: options of EDNS are
// for the next hop only (RFC 6891 section 6.2.6). Its reply counts only if id and question are
// those (RFC 5452 section 9.1), and goes to the client under the client's id, with the question as
// the client wrote it, and truncated where the client can't take all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/wire_cursor.h"
#include "dns/answer.h"
#include "dns/record.h"

namespace pointsman::dns {

class ForwardedQuery {
 public:
  // What answer() wants forwarded; nullopt: nothing that it would.
  static std::optional<ForwardedQuery> read(Bytes query, const Asker& asker);

  ByteBuffer to_message(std::uint16_t id) const;
  bool is_answered_by(Bytes reply, std::uint16_t id) const;
  // Makes the client's reply of the resolver's, which answers this query; returns its size.
  std::size_t rewrite_reply(std::span<std::uint8_t> reply) const;
  ByteBuffer failure() const;  // SERVFAIL, no larger than the query with an OPT

 private:
  std::uint16_t id_ = 0;
  std::uint16_t flags_ = 0;  // RD and CD
  ByteBuffer question_;      // name, type, class
  bool has_opt_ = false;
  bool dnssec_ok_ = false;
  std::size_t size_max_ = 0;
};

}  // namespace pointsman::dns
