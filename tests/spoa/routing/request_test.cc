#include "routing/request.h"

#include <catch2/catch.hpp>

using namespace pointsman::routing;

namespace {

std::string normal(std::string_view host) {
  std::string buffer;
  return std::string(normalize_host(host, buffer));
}

}  // namespace

TEST_CASE("a host is compared without port, one trailing dot and case") {
  CHECK(normal("Shop.Example.COM") == "shop.example.com");
  CHECK(normal("shop.example:8080") == "shop.example");
  CHECK(normal("shop.example:") == "shop.example");
  CHECK(normal("shop.example.") == "shop.example");
  CHECK(normal("Shop.example.:443") == "shop.example");
  CHECK(normal("shop.example..") == "shop.example.");
  CHECK(normal("") == "");
  CHECK(normal(".") == "");
  CHECK(normal(":80") == "");
}

TEST_CASE("an IPv6 literal keeps its brackets and loses its port") {
  CHECK(normal("[2001:DB8::1]") == "[2001:db8::1]");
  CHECK(normal("[2001:db8::1]:8080") == "[2001:db8::1]");
  CHECK(normal("[::1]:") == "[::1]");
}

TEST_CASE("what is no port stays") {
  CHECK(normal("shop.example:http") == "shop.example:http");
  CHECK(normal("2001:db8::1") == "2001:db8::1");
  CHECK(normal("::1") == "::1");
  CHECK(normal("[::1]x:80") == "[::1]x:80");
  CHECK(normal("[::1") == "[::1");
}

TEST_CASE("normalising twice changes nothing more") {
  for (const char* host : {"A.b:80", "[::1]:80", "a.:1", "a:b"}) {
    CHECK(normal(normal(host)) == normal(host));
  }
}

TEST_CASE("the buffer's memory is used again") {
  std::string buffer;
  buffer.reserve(100);
  const char* const memory = buffer.data();
  CHECK(normalize_host("A.very.long.name.that.fits.no.small.string:80", buffer).data() == memory);
  CHECK(normalize_host("b", buffer) == "b");
  CHECK(buffer.data() == memory);
}
