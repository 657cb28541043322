#include "dns/responder/asker_policy.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

}  // namespace

TEST_CASE("this machine and private networks are local") {
  for (const char* text : {"127.0.0.1", "127.255.255.255", "::1", "10.0.0.0", "10.255.255.255",
                           "172.16.0.0", "172.31.255.255", "192.168.0.1", "169.254.1.1", "fc00::1",
                           "fdff::1", "fe80::1", "::ffff:10.0.0.1"}) {
    INFO(text);
    CHECK(is_local(address(text)));
  }
}

TEST_CASE("all others are strangers") {
  for (const char* text :
       {"126.255.255.255", "128.0.0.0", "::2", "9.255.255.255", "11.0.0.0", "172.15.255.255",
        "172.32.0.0", "192.167.255.255", "192.169.0.0", "169.253.255.255", "169.255.0.0",
        "100.64.0.1", "fbff::1", "fe00::1", "fec0::1", "2001:db8::1", "0.0.0.0", "8.8.8.8"}) {
    INFO(text);
    CHECK_FALSE(is_local(address(text)));
  }
}

TEST_CASE("local askers get long datagrams, strangers short ones") {
  const AskerPolicy policy({});
  CHECK(policy.describe(address("127.0.0.1"), false, 0).datagram_max ==
        limits::kDatagramBytesLocal);
  CHECK(policy.describe(address("fd00::1"), false, 0).datagram_max == limits::kDatagramBytesLocal);
  CHECK(policy.describe(address("192.0.2.1"), false, 0).datagram_max ==
        limits::kDatagramBytesStranger);
}

TEST_CASE("only the networks that are allowed have names forwarded, and by default none") {
  CHECK_FALSE(AskerPolicy({}).describe(address("127.0.0.1"), false, 0).may_forward);
  const AskerPolicy policy({*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("::1")});
  CHECK(policy.describe(address("10.1.2.3"), false, 0).may_forward);
  CHECK(policy.describe(address("::1"), true, 0).may_forward);
  CHECK_FALSE(policy.describe(address("127.0.0.1"), false, 0).may_forward);
  CHECK_FALSE(policy.describe(address("11.0.0.0"), false, 0).may_forward);
}

TEST_CASE("an asker has its address, how it came, and the time") {
  const Asker asker = AskerPolicy({}).describe(address("192.0.2.1"), true, 0x1'0000'0007);
  CHECK(asker.address == address("192.0.2.1"));
  CHECK(asker.over_tcp);
  CHECK(asker.now_seconds == 7);
}

}  // namespace pointsman::dns
