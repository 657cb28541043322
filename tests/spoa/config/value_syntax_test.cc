#include "config/value_syntax.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::config;

TEST_CASE("percentages have at most two decimals and lie between 0 and 100 %") {
  CHECK(parse_percentage("5%") == 500u);
  CHECK(parse_percentage(" 12.25 % ") == 1225u);
  CHECK(parse_percentage("0.1%") == 10u);
  CHECK(parse_percentage("0%") == 0u);
  CHECK(parse_percentage("100.00%") == 10000u);
  CHECK(parse_percentage("007%") == 700u);
  for (const char* text : {"", "%", "5", "100.01%", "101%", "5.%", ".5%", "5.123%", "-5%", "+5%",
                           "5%%", "5 5%", "1e1%", "0005%", "5,5%"}) {
    INFO(text);
    CHECK_FALSE(parse_percentage(text));
  }
}

TEST_CASE("durations have one unit") {
  using namespace std::chrono_literals;
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("15m") == 15min);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("30d") == 720h);
  CHECK(parse_duration("3650d") == 87600h);
  for (const char* text : {"", "s", "0s", "10", "10 s", "1h30m", "-1s", "1.5h", "3651d", "1w",
                           "99999999999999999999s"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("instances are an address or host name with a port") {
  CHECK(parse_host_and_port("10.0.0.7:8080")->host == "10.0.0.7");
  CHECK(parse_host_and_port("[2001:db8::7]:80")->host == "2001:db8::7");
  CHECK(parse_host_and_port("web-1.internal:65535")->port == 65535);
  for (const char* text :
       {"", "10.0.0.7", ":80", "10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "2001:db8::7:80",
        "[10.0.0.7]:80", "[]:80", "a b:80", "-a:80", "a..b:80", "web:80 inter 1s"}) {
    INFO(text);
    CHECK_FALSE(parse_host_and_port(text));
  }
}

TEST_CASE("virtual hosts are host names, or begin with *.") {
  for (const char* host : {"shop.example.com", "*.shop.example.com", "*", "SHOP.example.com.",
                           "localhost", "10.0.0.1", "a_b.example"}) {
    INFO(host);
    CHECK(is_virtual_host(host));
  }
  for (const char* host : {"", "*.", "*.*", "**", "a.*.b", "shop.example.com:80", "a..b", "-a.b",
                           "a-.b", "a b", "shop/x", ".example.com"}) {
    INFO(host);
    CHECK_FALSE(is_virtual_host(host));
  }
  CHECK(is_virtual_host(std::string(63, 'a') + ".b"));
  CHECK_FALSE(is_virtual_host(std::string(64, 'a') + ".b"));
}

TEST_CASE("nothing that could end a header or a line of configuration is accepted") {
  for (const char* bad : {"", "a b", "a;b", "a\nb", "a\"b", "a,b", "a=b"}) {
    INFO(bad);
    CHECK_FALSE(is_http_token(bad));
  }
  for (const char* bad : {"", "a", "/a b", "/a;b", "/a\nb", "/a\"b", "/a,b", "/\x7f"}) {
    INFO(bad);
    CHECK_FALSE(is_cookie_path(bad));
  }
  for (const char* bad : {"", "a b", "a\nb", "a\"b", "a/b", "%[x]"}) {
    INFO(bad);
    CHECK_FALSE(is_backend_name(bad));
  }
  CHECK(has_control_character("a\tb"));
  CHECK_FALSE(has_control_character("a b \xc3\xa4"));
}
