// SipHash-2-4 (Aumasson and Bernstein, 2012), the keyed hash of DNS cookies (RFC 9018 section 4.4).
#pragma once

#include <cstdint>
#include <span>

#include "base/wire_cursor.h"

namespace pointsman::dns {

std::uint64_t sip_hash_2_4(Bytes input, std::span<const std::uint8_t, 16> key);

}  // namespace pointsman::dns
