#include "base/listen_address.h"

#include <catch2/catch.hpp>

namespace pointsman {

TEST_CASE("a listen address is read as people write it and printed the same") {
  for (const char* text : {"127.0.0.1:9012", "[::1]:9012", "0.0.0.0:0", "unix:/run/x.sock",
                           "unix:relative.sock", "[2001:db8::7]:65535"}) {
    INFO(text);
    const auto address = ListenAddress::parse(text);
    REQUIRE(address);
    CHECK(address->to_text() == text);
    CHECK(*ListenAddress::parse(address->to_text()) == *address);
  }
}

TEST_CASE("an asterisk listens on all addresses of both families") {
  const auto address = ListenAddress::parse("*:9012");
  REQUIRE(address);
  CHECK(address->host == "::");
  CHECK(address->port == 9012);
  CHECK(*ListenAddress::parse("[::]:9012") == *address);
}

TEST_CASE("a listen address that is none is refused with what was wanted") {
  for (const char* text : {"", ":", "9012", "localhost:9012", "127.0.0.1",
                           "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1",
                           "::1:9012", "[::1]", "[::1:9012", "127.0.0.1:90 12", "unix:"}) {
    INFO(text);
    const auto address = ListenAddress::parse(text);
    REQUIRE_FALSE(address);
    CHECK_FALSE(address.error().message.empty());
  }
}

TEST_CASE("a unix socket's path has at most the length that the system has room for") {
  const std::string longest = "unix:" + std::string(107, 'x');
  CHECK(ListenAddress::parse(longest));
  CHECK_FALSE(ListenAddress::parse(longest + "x"));
}

}  // namespace pointsman
