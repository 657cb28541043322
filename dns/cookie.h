// DNS cookies (RFC 7873) as every server makes them (RFC 9018), so that several agents with one
// secret take each other's. They prove that an asker gets what is sent to its address.
#pragma once

#include <array>
#include <cstdint>

#include "base/ip_address.h"
#include "base/wire_cursor.h"

namespace pointsman::dns {

using CookieSecret = std::array<std::uint8_t, 16>;
using Cookie = std::array<std::uint8_t, 24>;  // the client's 8 bytes, then the server's

// `client` has 8 bytes.
Cookie make_cookie(Bytes client, const IpAddress& address, std::uint32_t now_seconds,
                   const CookieSecret& secret);

// Whether we, or an agent with the same secret, made it for this address within the last hour; 5
// minutes in the future pass, for clocks that differ.
bool is_good_cookie(Bytes cookie, const IpAddress& address, std::uint32_t now_seconds,
                    const CookieSecret& secret);

}  // namespace pointsman::dns
