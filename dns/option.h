// The options of OPT that the responder knows: NSID (RFC 5001), client subnet (RFC 7871, only
// looked at for faults), cookies (RFC 7873), TCP keepalive (RFC 7828). Unknown ones are passed
// over. And OPT as it stands at the end of a reply.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/wire_cursor.h"
#include "dns/cookie.h"
#include "dns/message.h"

namespace pointsman::dns {

inline constexpr std::uint16_t kDnssecOkFlag = 0x8000;
inline constexpr std::size_t kClientCookieBytes = 8;
inline constexpr std::uint16_t kOwnPayloadSize = 1232;  // of queries that we take whole

// False: FORMERR.
[[nodiscard]] bool read_options(Bytes options, Edns& edns);

// OPT of a reply. It is made before the rest, so that its size is known.
class OptRecord {
 public:
  explicit OptRecord(bool dnssec_ok);

  void set_upper_rcode(std::uint16_t rcode) { bytes_[5] = static_cast<std::uint8_t>(rcode >> 4); }
  void add_cookie(const Cookie& cookie);
  void add_nsid(std::string_view id);        // cut at limits::kDnsIdentityBytes
  void add_keepalive(std::uint16_t tenths);  // of a second

  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  static constexpr std::size_t kHeadBytes = 11;
  static constexpr std::size_t kOptionHeadBytes = 4;
  static constexpr std::size_t kBytesMax = kHeadBytes + 3 * kOptionHeadBytes + sizeof(Cookie) +
                                           limits::kDnsIdentityBytes + sizeof(std::uint16_t);

  void add_option(std::uint16_t code, Bytes data);
  void put_u16(std::size_t place, std::size_t value);

  std::array<std::uint8_t, kBytesMax> bytes_{};
  std::size_t size_ = kHeadBytes;
};

}  // namespace pointsman::dns
