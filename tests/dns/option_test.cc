#include "dns/option.h"

#include <catch2/catch.hpp>

#include "support/hex_text.h"

namespace pointsman::dns {
namespace {

using test::from_hex;
using test::to_hex;

std::string hex(std::string_view text) { return to_hex(from_hex(text)); }

TEST_CASE("OPT has its options behind its head") {
  OptRecord opt(true);
  CHECK(to_hex(opt.bytes()) == hex("00 0029 04d0 00 00 8000 0000"));
  opt.set_upper_rcode(16);
  opt.add_nsid("ab");
  opt.add_keepalive(300);
  CHECK(to_hex(opt.bytes()) == hex("00 0029 04d0 01 00 8000 000c 0003 0002 6162 000b 0002 012c"));
}

TEST_CASE("OPT holds all of its options at their longest") {
  const std::size_t most = limits::kDnsIdentityBytes;
  OptRecord opt(false);
  opt.add_cookie(Cookie{});
  opt.add_nsid(std::string(most + 1, 'a'));
  opt.add_keepalive(1);
  CHECK(opt.bytes().size() == 11 + 28 + 4 + most + 6);
}

TEST_CASE("the first of two cookies counts") {
  const ByteBuffer options = from_hex("000a 0008 0101010101010101 000a 0008 0202020202020202");
  Edns edns;
  CHECK(read_options(options, edns));
  CHECK(to_hex(edns.cookie) == "0101010101010101");
}

TEST_CASE("options that are cut anywhere but between two are a fault") {
  const ByteBuffer all = from_hex("0003 0000 000a 0008 0101010101010101 5555 0002 0102");
  for (std::size_t size = 0; size <= all.size(); ++size) {
    CAPTURE(size);
    Edns edns;
    const bool between = size == 0 || size == 4 || size == 16 || size == 22;
    CHECK(read_options(Bytes(all).first(size), edns) == between);
  }
}

TEST_CASE("a keepalive with a time in it is no wish") {
  Edns edns;
  CHECK(read_options(from_hex("000b 0002 0001"), edns));
  CHECK_FALSE(edns.wants_keepalive);
}

}  // namespace
}  // namespace pointsman::dns
