#include "dns/sip_hash.h"

#include <array>
#include <catch2/catch.hpp>
#include <numeric>

namespace pointsman::dns {
namespace {

// From the reference implementation's table: key 00 01 … 0f, inputs 00 01 02 … of each length.
TEST_CASE("SipHash-2-4 gives its authors' values") {
  std::array<std::uint8_t, 64> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  const std::span<const std::uint8_t, 16> key(bytes.data(), 16);
  const auto hash = [&](std::size_t size) { return sip_hash_2_4(Bytes(bytes).first(size), key); };
  CHECK(hash(0) == 0x726fdb47dd0e0e31);
  CHECK(hash(1) == 0x74f839c593dc67fd);
  CHECK(hash(7) == 0xab0200f58b01d137);
  CHECK(hash(8) == 0x93f5f5799a932462);
  CHECK(hash(15) == 0xa129ca6149be45e5);
  CHECK(hash(63) == 0x958a324ceb064572);
}

}  // namespace
}  // namespace pointsman::dns
