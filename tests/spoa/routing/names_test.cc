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

TEST_CASE("Names have one to four segments and nothing that HAProxy would read otherwise") {
  for (const char* name : {"shop", "shop/v1", "a/b/c/d", "1.2_3-4:5@6", "a+b=c;d|e&f~g^h*i?j!"}) {
    INFO(name);
    CHECK_FALSE(fault_in_name(name));
    CHECK_FALSE(fault_in_route_name(name));
  }
  CHECK(fault_in_name("") == "a name needs at least one character");
  CHECK(fault_in_name("a b") == "a name has no blanks");
  CHECK(fault_in_name("a[1]") == "a name has no brackets");
  static_assert(limits::kGatewayNameSegments == 4);
  CHECK(fault_in_name("a/b/c/d/e") == "a name has at most 4 segments between slashes");
  CHECK(fault_in_name("a//b") == "a segment of a name, between slashes, is not empty");
  CHECK(fault_in_name("/a") == fault_in_name("a/"));
  CHECK(fault_in_name("a\"") == "a name has no quotes and no backslash");
  CHECK(fault_in_name("sh\xc3\xb6p") == "a name has printable ASCII characters only");
  CHECK(fault_in_name(std::string_view("a\0b", 3)) == "a name has printable ASCII characters only");
  for (const char* name : {"shop#1", "a$b", "50%", "a,b"}) {
    INFO(name);
    CHECK(fault_in_name(name) == "a name has no '#', '$', '%' and ','");
    CHECK(fault_in_route_name(name) == fault_in_name(name));
  }
}

TEST_CASE("Names are bounded") {
  CHECK_FALSE(fault_in_name(std::string(limits::kNameBytes, 'a')));
  CHECK(fault_in_name(std::string(limits::kNameBytes + 1, 'a')));
  CHECK_FALSE(fault_in_route_name(std::string(limits::kNameBytes, 'a')));
  CHECK(fault_in_route_name(std::string(limits::kNameBytes + 1, 'a')));
  const std::string label = std::string(63, 'a') + '.';
  const std::string longest = label + label + label + std::string(61, 'a');
  CHECK_FALSE(fault_in_host_name(longest));
  CHECK(fault_in_host_name(longest + 'a') == "a host name has at most 253 bytes");
  CHECK(fault_in_host_name("a" + label + "a"));
  CHECK(("*." + longest).size() == limits::kHostBytes);
  CHECK(normalized("*." + longest) == "*." + longest);
  CHECK(normalized("*." + longest + ".") ==
        "the virtual host has 256 bytes, at most 255 are allowed");
  CHECK_FALSE(fault_in_cookie_path("/" + std::string(limits::kNameBytes - 1, 'a')));
  CHECK(fault_in_cookie_path("/" + std::string(limits::kNameBytes, 'a')));
}

TEST_CASE("A route may be named by its address") {
  CHECK_FALSE(fault_in_route_name("[192.0.2.10:80]"));
  CHECK_FALSE(fault_in_route_name("[[2001:db8::1]:80]"));
  for (const char* name : {"[]", "[a", "a]", "[a b]", "[a,b]", "[a]b"}) {
    INFO(name);
    CHECK(fault_in_route_name(name));
  }
  CHECK_FALSE(fault_in_route_name("shop/v1"));
  CHECK(fault_in_route_name(""));
  CHECK(fault_in_route_name("shop v1"));
  CHECK(fault_in_route_name(std::string_view("a\0b", 3)));
}

TEST_CASE("A query parameter may be named by anything without blanks") {
  CHECK_FALSE(fault_in_query_name("user[id]"));
  CHECK_FALSE(fault_in_query_name("a;b"));
  for (const char* name : {"", "a b", "a\tb", "a\x7f"}) {
    INFO(name);
    CHECK(fault_in_query_name(name));
  }
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
}

TEST_CASE("What is no virtual host is refused") {
  for (const char* host :
       {"",         " ",     "a b",  "http://a", "a*.b", "*a.b", "a.*",   "*.*.a",
        "**",       "*.",    ".",    "*..a",     ".a",   "a:80", "a.:80", "*.a:80",
        "[::1]:80", "[::1]", "-a.b", "a-.b",     "a\"b", "a/b"}) {
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

TEST_CASE("A cookie's path can't add another attribute, nor end a word of configuration") {
  CHECK_FALSE(fault_in_cookie_path("/"));
  CHECK_FALSE(fault_in_cookie_path("/shop"));
  for (const char* path :
       {"", "shop", "/; Secure", "/\r\nX-Evil: 1", "/\x7f", "/a b", "/a\"", "/a,b"}) {
    INFO(path);
    CHECK(fault_in_cookie_path(path));
  }
}

TEST_CASE("An epoch is decimal digits") {
  CHECK_FALSE(fault_in_epoch("0"));
  CHECK_FALSE(fault_in_epoch("20240601"));
  CHECK(fault_in_epoch(""));
  CHECK(fault_in_epoch("-1"));
  CHECK(fault_in_epoch("1a"));
}
