// What the responder answers to one DNS message: a pure function of the zones, the message and what
// is known of who asks. Sockets, rate limits and forwarding are the caller's. RFC 1034 and 1035,
// EDNS(0) RFC 6891, cookies RFC 7873 and 9018, minimal ANY RFC 8482, keepalive RFC 7828;
// docs/dns.md says what HAProxy's resolver makes of the answers. Zones are built in zone_builder.h.
//
// Any number of threads may call answer() with the same zones and options at once. It allocates
// nothing and keeps nothing. Before the registry is loaded, or while it lags behind, there are no
// zones to ask: the caller stays silent then, and HAProxy keeps what it has.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/ip_address.h"
#include "base/wire_cursor.h"

namespace pointsman::dns {

class Zones;

inline constexpr std::size_t kReplyBytesMax = 65535;  // what a length of two bytes can say

struct Asker {
  bool over_tcp = false;
  std::size_t datagram_max =
      1232;                       // of a reply by UDP; the message's OPT may lower it, 512 at least
  bool may_forward = false;       // names outside of our zones may go to a resolver, if RD is set
  IpAddress address;              // for cookies
  std::uint32_t now_seconds = 0;  // Unix time, wraps; for cookies
};

struct AnswerOptions {
  bool cookies = false;
  std::array<std::uint8_t, 16> cookie_secret{};
  std::string nsid;                           // sent to who asks for it; empty: not sent
  std::string version;                        // of version.bind and version.server; empty: REFUSED
  std::string id_server;                      // of id.server and hostname.bind; empty: REFUSED
  std::chrono::milliseconds tcp_idle{10000};  // told to who asks by TCP (keepalive option)
};

struct Reply {
  enum class Act : std::uint8_t {
    kSend,     // the first `size` bytes of `out`
    kSilence,  // nothing; over TCP: close
    kForward,  // the message as it came goes to a resolver; it is a well-formed query with RD set
  };

  Act act = Act::kSilence;
  std::size_t size = 0;
  std::uint16_t rcode = 0;     // with OPT's upper bits: 16 is BADVERS
  std::uint16_t type = 0;      // that was asked for; 0: no question was read
  bool truncated = false;      // TC is set
  bool cookie_good = false;    // the asker's address is proved: no rate limit
  std::uint64_t likeness = 0;  // equal for replies that a rate limit counts together: those of one
                               // name and type, names that are not there in a zone, one error
};

// `out` has at least kReplyBytesMax bytes; it may not overlap `query`.
Reply answer(const Zones& zones, const AnswerOptions& options, Bytes query, const Asker& asker,
             std::span<std::uint8_t> out);

}  // namespace pointsman::dns
