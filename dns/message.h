// A query as it is read: header, one question, and OPT with its options (RFC 1035 section 4, RFC
// 6891 section 6). Reading is strict about what stands in the sections, takes one pass, follows no
// compression pointer and leaves alone what follows the last record. Everything is a view into the
// message.
#pragma once

#include <cstdint>
#include <optional>

#include "base/wire_cursor.h"
#include "dns/name.h"

namespace pointsman::dns {

// What the first 12 bytes say.
struct Header {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;

  bool is_response() const { return (flags & kResponse) != 0; }
  unsigned opcode() const { return (flags >> 11) & 15; }
  bool recursion_desired() const { return (flags & kRecursionDesired) != 0; }

  static constexpr std::uint16_t kResponse = 0x8000;
  static constexpr std::uint16_t kOpcodeBits = 0x7800;
  static constexpr std::uint16_t kAuthoritative = 0x0400;
  static constexpr std::uint16_t kTruncated = 0x0200;
  static constexpr std::uint16_t kRecursionDesired = 0x0100;
};

// Nullopt: fewer than 12 bytes.
std::optional<Header> read_header(Bytes message);

struct Edns {
  bool present = false;
  std::uint16_t payload_size = 0;  // as it was sent, even if below 512
  std::uint8_t version = 0;
  bool dnssec_ok = false;
  bool wants_nsid = false;
  bool wants_keepalive = false;
  Bytes cookie = {};  // 8 bytes of the client's, perhaps 8 to 32 of a server's; or none
};

struct Query {
  Header header;
  Bytes question = {};  // as received: name, type, class; empty: there was none
  Name name;            // of the question
  std::uint16_t type = 0;
  std::uint16_t qclass = 0;
  Edns edns;
};

// A message with opcode QUERY. False: FORMERR; `query` then has what was read up to the fault. A
// message without a question passes: with a cookie it may ask for one (RFC 7873 section 5.4).
// The options of an unknown version are not looked at.
[[nodiscard]] bool read_query(Bytes message, Query& query);

}  // namespace pointsman::dns
