#include "agent/set_cookie.h"

#include <catch2/catch.hpp>

#include "spoa/agent/decision_fixture.h"

namespace pointsman::agent {
namespace {

using Secure = routing::StickySpec::Secure;

constexpr UnixSeconds kNow = 1700000000;

routing::Gateway sticky_shop() {
  return *test::compiled("gateway shop/web sticky ttl=1000\n route a 100%").at(0);
}

routing::Token issued(UnixSeconds at) {
  routing::Token token;
  token.issued = static_cast<std::uint32_t>(at);
  return token;
}

}  // namespace

TEST_CASE("the cookie is for the whole site, hidden from scripts and lives as long as the token") {
  CHECK(set_cookie(sticky_shop(), issued(kNow), "TOKEN", kNow, false) ==
        "pm_shop-web=TOKEN; Path=/; Max-Age=1000; SameSite=Lax; HttpOnly");
}

TEST_CASE("of a token issued earlier the cookie lives as long as is left, and never less than 0") {
  const auto cookie = [](UnixSeconds age) {
    return set_cookie(sticky_shop(), issued(kNow - age), "T", kNow, false);
  };
  CHECK(cookie(400).find("; Max-Age=600;") != std::string::npos);
  CHECK(cookie(1000).find("; Max-Age=0;") != std::string::npos);
  CHECK(cookie(1001).find("; Max-Age=0;") != std::string::npos);
}

TEST_CASE("Secure follows the gateway, and the request where the gateway leaves it to it") {
  routing::Gateway gateway = sticky_shop();
  const auto is_secure = [&](Secure setting, bool over_tls) {
    gateway.sticky.secure = setting;
    return set_cookie(gateway, issued(kNow), "T", kNow, over_tls).find("; Secure") !=
           std::string::npos;
  };
  CHECK(is_secure(Secure::kAuto, true));
  CHECK_FALSE(is_secure(Secure::kAuto, false));
  CHECK(is_secure(Secure::kAlways, false));
  CHECK_FALSE(is_secure(Secure::kNever, true));
}

TEST_CASE("name, path, domain and same-site are the gateway's") {
  routing::Gateway gateway = sticky_shop();
  gateway.sticky.cookie = "c";
  gateway.sticky.path = "/shop";
  gateway.sticky.domain = "example.com";
  gateway.sticky.same_site = "Strict";
  CHECK(set_cookie(gateway, issued(kNow), "T", kNow, true) ==
        "c=T; Path=/shop; Max-Age=1000; Domain=example.com; SameSite=Strict; Secure; HttpOnly");
}

}  // namespace pointsman::agent
