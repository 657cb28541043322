#include "base/ip_address.h"

#include <catch2/catch.hpp>

namespace pointsman {

TEST_CASE("an address is printed in its shortest form") {
  CHECK(IpAddress::parse("10.0.0.1")->to_text() == "10.0.0.1");
  CHECK(IpAddress::parse("2001:0DB8:0:0:0:0:0:1")->to_text() == "2001:db8::1");
  CHECK(IpAddress::parse("::")->to_text() == "::");
}

TEST_CASE("a v4 address and its v4-mapped v6 form are the same address") {
  CHECK(IpAddress::parse("::ffff:10.0.0.1") == IpAddress::parse("10.0.0.1"));
  CHECK(IpAddress::parse("::ffff:10.0.0.1")->is_v4());
  CHECK_FALSE(IpAddress::parse("::10.0.0.1")->is_v4());
}

TEST_CASE("addresses come from 4 or 16 bytes and from nothing else") {
  const ByteBuffer bytes(17, 1);
  CHECK(IpAddress::from_bytes(Bytes(bytes).first(4))->to_text() == "1.1.1.1");
  CHECK(IpAddress::from_bytes(Bytes(bytes).first(16))->to_text() ==
        "101:101:101:101:101:101:101:101");
  for (const std::size_t size : {0u, 3u, 5u, 15u, 17u}) {
    CHECK_FALSE(IpAddress::from_bytes(Bytes(bytes).first(size)));
  }
}

TEST_CASE("a text that is no address is refused") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "10.0.0"sv, "10.0.0.256"sv, "10.0.0.1 "sv, "10.0.0.1\0"sv, "[::1]"sv, "::1%lo"sv,
        "localhost"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000"sv}) {
    INFO(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
}

TEST_CASE("an address may mean all addresses, or this machine") {
  for (const char* text : {"0.0.0.0", "::"}) CHECK(IpAddress::parse(text)->is_unspecified());
  for (const char* text : {"0.0.0.1", "1.0.0.0", "::1", "1::"}) {
    CHECK_FALSE(IpAddress::parse(text)->is_unspecified());
  }
  for (const char* text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"}) {
    CHECK(IpAddress::parse(text)->is_loopback());
  }
  for (const char* text : {"126.0.0.1", "128.0.0.1", "::", "::2", "1::1", "7f00::1"}) {
    CHECK_FALSE(IpAddress::parse(text)->is_loopback());
  }
}

TEST_CASE("a network contains the addresses that share its leading bits") {
  struct Sample {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const Sample& sample :
       {Sample{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        Sample{"10.0.0.0/9", "10.127.0.1", "10.128.0.0"},
        Sample{"192.0.2.7", "192.0.2.7", "192.0.2.6"},
        Sample{"192.0.2.6/31", "192.0.2.7", "192.0.2.8"},
        Sample{"0.0.0.0/0", "255.255.255.255", "2001:db8::1"},
        Sample{"2001:db8::/32", "2001:db8:ffff::", "2001:db9::"},
        Sample{"::/0", "10.0.0.1", nullptr}, Sample{"::1/128", "::1", "::2"}}) {
    INFO(sample.network);
    const auto network = IpNetwork::parse(sample.network);
    REQUIRE(network);
    CHECK(network->contains(*IpAddress::parse(sample.inside)));
    if (sample.outside != nullptr)
      CHECK_FALSE(network->contains(*IpAddress::parse(sample.outside)));
  }
}

TEST_CASE("a v4 network contains v4-mapped v6 addresses") {
  CHECK(IpNetwork::parse("10.0.0.0/8")->contains(*IpAddress::parse("::ffff:10.1.2.3")));
}

TEST_CASE("a network is printed as it is written") {
  for (const char* text :
       {"10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::/0", "192.0.2.7", "::1"}) {
    CHECK(IpNetwork::parse(text)->to_text() == text);
  }
  CHECK(IpNetwork::parse("192.0.2.7/32")->to_text() == "192.0.2.7");
}

TEST_CASE("a network with host bits, too many bits or no number is refused") {
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8x",
                           "10.0.0.0/-1", "/8", "2001:db8::1/32", ""}) {
    INFO(text);
    CHECK_FALSE(IpNetwork::parse(text));
  }
}

}  // namespace pointsman
