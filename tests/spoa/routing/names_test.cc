#include "routing/names.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string normalized(std::string_view host) {
  std::string result;
  const auto fault = fault_in_virtual_host(host, result);
  return fault ? *fault : result;
}

}  // namespace

TEST_CASE("A gateway's name has one to four segments without blanks or brackets") {
  for (const char* name : {"shop", "shop/web", "a/b/c/d", "shop.v1_x-y", "größe"}) {
    INFO(name);
    CHECK_FALSE(fault_in_gateway_name(name));
  }
  for (const char* name : {"", "a b", "a\tb", "a\x7f", "[shop]", "a/b/c/d/e", "/a", "a/", "a//b"}) {
    INFO(name);
    CHECK(fault_in_gateway_name(name));
  }
  CHECK(fault_in_gateway_name(std::string_view("a\0b", 3)));
}

TEST_CASE("Names are bounded") {
  CHECK_FALSE(fault_in_gateway_name(std::string(limits::kNameBytes, 'a')));
  CHECK(fault_in_gateway_name(std::string(limits::kNameBytes + 1, 'a')));
  CHECK_FALSE(fault_in_route_name(std::string(limits::kNameBytes, 'a')));
  CHECK(fault_in_route_name(std::string(limits::kNameBytes + 1, 'a')));
  CHECK(normalized(std::string(limits::kHostBytes, 'a')) == std::string(limits::kHostBytes, 'a'));
  CHECK(normalized(std::string(limits::kHostBytes + 1, 'a')) ==
        "the virtual host has 256 bytes, at most 255 are allowed");
}

TEST_CASE("A route may be named by its address") {
  CHECK_FALSE(fault_in_route_name("[192.0.2.10:80]"));
  CHECK_FALSE(fault_in_route_name("shop/v1"));
  CHECK(fault_in_route_name(""));
  CHECK(fault_in_route_name("shop v1"));
  CHECK(fault_in_route_name(std::string_view("a\0b", 3)));
}

TEST_CASE("A backend's name is one that HAProxy takes") {
  CHECK_FALSE(fault_in_backend_name("be_legacy-1.x:y"));
  CHECK(fault_in_backend_name(""));
  CHECK(fault_in_backend_name("be/legacy"));
  CHECK(fault_in_backend_name("be legacy"));
}

TEST_CASE("Virtual hosts are kept in comparison form") {
  CHECK(normalized("Shop.Example.COM.") == "shop.example.com");
  CHECK(normalized("*.Example.com") == "*.example.com");
  CHECK(normalized("*") == "*");
  CHECK(normalized("192.0.2.1") == "192.0.2.1");
  CHECK(normalized("[2001:DB8::1]") == "[2001:db8::1]");
}

TEST_CASE("What is no virtual host is refused") {
  for (const char* host : {"", " ", "a b", "http://a", "a*.b", "*a.b", "a.*", "*.*.a", "**", "*.",
                           ".", "*..a", ".a", "a:80", "a.:80", "*.a:80", "[::1]:80"}) {
    INFO(host);
    std::string unused;
    CHECK(fault_in_virtual_host(host, unused));
  }
  CHECK(normalized("shop.example.com:80") == "a virtual host is written without a port");
}

TEST_CASE("Header and cookie names are tokens") {
  CHECK_FALSE(fault_in_token("X-User-Id"));
  CHECK_FALSE(fault_in_token("pm_shop"));
  for (const char* name : {"", "a b", "a;b", "a=b", "a,b", "\"a\"", "a\n", "ä"}) {
    INFO(name);
    CHECK(fault_in_token(name));
  }
}

TEST_CASE("A cookie's attributes can't add another one") {
  CHECK_FALSE(fault_in_cookie_attribute(""));
  CHECK_FALSE(fault_in_cookie_attribute("/shop"));
  CHECK(fault_in_cookie_attribute("/; Secure"));
  CHECK(fault_in_cookie_attribute("/\r\nX-Evil: 1"));
  CHECK(fault_in_cookie_attribute("/\x7f"));
}

TEST_CASE("An epoch is decimal digits") {
  CHECK_FALSE(fault_in_epoch("0"));
  CHECK_FALSE(fault_in_epoch("20240601"));
  CHECK(fault_in_epoch(""));
  CHECK(fault_in_epoch("-1"));
  CHECK(fault_in_epoch("1a"));
}
