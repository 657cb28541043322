// Numbers of DNS (IANA's registry, RFC 6895) that the responder knows, and resource records as
// bytes (RFC 1035 section 3.2.1, SRV RFC 2782). A record is written as it stands in a reply to a
// question for its owner: the owner is a pointer to offset 12, and names in its data are whole, so
// that these bytes do not depend on where in a reply they come to stand.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/ip_address.h"
#include "base/wire_cursor.h"
#include "dns/name.h"

namespace pointsman::dns {

namespace rcode {
inline constexpr std::uint16_t kNoError = 0;
inline constexpr std::uint16_t kFormErr = 1;
inline constexpr std::uint16_t kNxDomain = 3;
inline constexpr std::uint16_t kNotImp = 4;
inline constexpr std::uint16_t kRefused = 5;
inline constexpr std::uint16_t kBadVers = 16;
}  // namespace rcode

namespace type {
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kNs = 2;
inline constexpr std::uint16_t kCname = 5;
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kPtr = 12;
inline constexpr std::uint16_t kHinfo = 13;
inline constexpr std::uint16_t kTxt = 16;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kSrv = 33;
inline constexpr std::uint16_t kOpt = 41;
inline constexpr std::uint16_t kIxfr = 251;
inline constexpr std::uint16_t kAxfr = 252;
inline constexpr std::uint16_t kAny = 255;
}  // namespace type

namespace dns_class {
inline constexpr std::uint16_t kIn = 1;
inline constexpr std::uint16_t kChaos = 3;
}  // namespace dns_class

inline constexpr std::size_t kHeaderBytes = 12;      // the question's name begins behind it
inline constexpr std::size_t kRecordHeadBytes = 12;  // owner as a pointer, up to the data
inline constexpr std::size_t kSrvTargetOffset = kRecordHeadBytes + 6;
inline constexpr std::uint16_t kPointerBits = 0xc000;  // RFC 1035 section 4.1.4
inline constexpr std::size_t kPointerReach = 0x3fff;

// The size of the record at the front of `records`, which were written by what follows here.
inline std::size_t record_size(Bytes records) {
  return kRecordHeadBytes + static_cast<std::size_t>((records[10] << 8) | records[11]);
}

struct Soa {
  Name primary;
  Name contact;
  std::uint32_t serial = 0;
  std::uint32_t minimum = 0;  // seconds that "not there" is remembered
};

void append_address(ByteBuffer& out, std::uint32_t ttl, const IpAddress& address);  // A or AAAA
void append_srv(ByteBuffer& out, std::uint32_t ttl, std::uint16_t weight, std::uint16_t port,
                const Name& target);
// CNAME, NS and PTR.
void append_name(ByteBuffer& out, std::uint16_t type, std::uint32_t ttl, const Name& target);
void append_soa(ByteBuffer& out, std::uint32_t ttl, const Soa& soa);
// Strings longer than 255 bytes are cut; those that would make the data longer than
// limits::kDnsTextBytes, and all behind them, are left out.
void append_txt(ByteBuffer& out, std::uint32_t ttl, std::span<const std::string> strings);

}  // namespace pointsman::dns
