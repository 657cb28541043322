// What conditions mean, test by test. Errors and spellings are in condition_parser_test.cc.
#include <catch2/catch.hpp>

#include "routing/condition.h"
#include "routing/raw_acl.h"
#include "support/textual_request.h"

using namespace pointsman;
using namespace pointsman::routing;
using pointsman::test::TextualRequest;

namespace {

struct Checked {
  std::string text;

  bool holds_for(const std::string& request) const {
    const auto condition = Condition::parse(text);
    INFO(text << " for " << request);
    if (!condition) FAIL(condition.error().message);
    ConditionScratch scratch;
    return condition->evaluate(TextualRequest(request).view(), scratch);
  }
};

Checked condition(std::string text) { return Checked{std::move(text)}; }

const std::string kChrome =
    "GET /\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36";
const std::string kEdge = kChrome + " Edg/120.0.0.0";
const std::string kFirefox =
    "GET /\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0";
const std::string kSafari =
    "GET /\nUser-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) AppleWebKit/605.1.15 (KHTML, "
    "like Gecko) Version/17.2 Safari/605.1.15";
const std::string kIe10 =
    "GET /\nUser-Agent: Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)";
const std::string kIe11 =
    "GET /\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";

}  // namespace

TEST_CASE("a host is compared without case, port and trailing dot") {
  const auto shop = condition("host == Shop.Example.com:8080");
  CHECK(shop.holds_for("GET /\nHost: shop.example.com"));
  CHECK(shop.holds_for("GET /\nHost: SHOP.example.COM:443"));
  CHECK(shop.holds_for("GET /\nHost: shop.example.com.:443"));
  CHECK_FALSE(shop.holds_for("GET /\nHost: www.shop.example.com"));
  CHECK_FALSE(condition("host != SHOP.").holds_for("GET /\nHost: shop"));
  CHECK(condition("host in (a.example, B.Example.)").holds_for("GET /\nHost: b.example:80"));
  CHECK(condition("host == '[2001:DB8::1]:80'").holds_for("GET /\nHost: [2001:db8::1]"));
}

TEST_CASE("parts of a host are compared without case") {
  const std::string request = "GET /\nHost: Beta.Shop.example:8080";
  CHECK(condition("host contains SHOP").holds_for(request));
  CHECK(condition("host starts with beta.").holds_for(request));
  CHECK(condition("host ends with .Example").holds_for(request));
  CHECK(condition("host misses :8080").holds_for(request));
  CHECK(condition("host matches '^BETA\\.'").holds_for(request));
  CHECK_FALSE(condition("host misses shop").holds_for(request));
  CHECK_FALSE(condition("host contains ':'").holds_for(request));
}

TEST_CASE("a server name of TLS is compared like a host") {
  const std::string request = "GET /\n:sni Shop.Example";
  CHECK(condition("sni == shop.example").holds_for(request));
  CHECK(condition("sni ends with .EXAMPLE").holds_for(request));
  CHECK(condition("sni in (a, SHOP.example)").holds_for(request));
  CHECK_FALSE(condition("sni == shop.example").holds_for("GET /\nHost: shop.example"));
}

TEST_CASE("a browser's name means the browser, in any case and with or without quotes") {
  CHECK(condition("user-agent == Firefox").holds_for(kFirefox));
  CHECK(condition("User.Agent = FIREFOX").holds_for(kFirefox));
  CHECK(condition("useragent is 'firefox'").holds_for(kFirefox));
  CHECK_FALSE(condition("user-agent != firefox").holds_for(kFirefox));
  CHECK(condition("user-agent in (ie, \"Firefox\")").holds_for(kFirefox));
  CHECK_FALSE(condition("user-agent == Firefox").holds_for(kChrome));
}

TEST_CASE("browsers that claim to be others are told apart") {
  const std::vector<std::pair<std::string, std::string>> browsers{
      {"Chrome", kChrome}, {"Edge", kEdge}, {"Firefox", kFirefox},
      {"Safari", kSafari}, {"IE", kIe10},   {"IE", kIe11}};
  for (const auto& [name, unused] : browsers) {
    for (const auto& [sender, request] : browsers) {
      CHECK(condition("user-agent == " + name).holds_for(request) == (name == sender));
      CHECK(condition("user-agent != " + name).holds_for(request) == (name != sender));
    }
  }
}

TEST_CASE("any other user agent is a part of the text, in the same case") {
  CHECK(condition("user-agent == 'Firefox/121'").holds_for(kFirefox));
  CHECK(condition("user-agent == Gecko").holds_for(kFirefox));
  CHECK_FALSE(condition("user-agent == gecko").holds_for(kFirefox));
  CHECK(condition("user-agent != curl").holds_for(kFirefox));
  CHECK(condition("user-agent in (curl, Gecko)").holds_for(kFirefox));
  CHECK(condition("user-agent contains Safari").holds_for(kChrome));
  CHECK_FALSE(condition("user-agent contains safari").holds_for(kSafari));
  CHECK(condition("user-agent starts with Mozilla/5").holds_for(kFirefox));
  CHECK(condition("user-agent matches 'Firefox/1[0-9]+'").holds_for(kFirefox));
}

TEST_CASE("a request without a user agent has none of them") {
  CHECK_FALSE(condition("user-agent == Firefox").holds_for("GET /"));
  CHECK_FALSE(condition("user-agent == ''").holds_for("GET /"));
  CHECK(condition("user-agent == ''").holds_for("GET /\nUser-Agent: curl"));
  CHECK(condition("user-agent != Firefox").holds_for("GET /"));
  CHECK(condition("user-agent misses Firefox").holds_for("GET /"));
}

TEST_CASE("path, query, url and method are compared as received") {
  const std::string request = "POST /Api/a%20b?x=1&y=%41\n:scheme https";
  CHECK(condition("path == /Api/a%20b").holds_for(request));
  CHECK_FALSE(condition("path == /api/a%20b").holds_for(request));
  CHECK_FALSE(condition("path contains ' '").holds_for(request));
  CHECK_FALSE(condition("path contains x=1").holds_for(request));
  CHECK(condition("query == x=1&y=%41").holds_for(request));
  CHECK(condition("query starts with x=").holds_for(request));
  CHECK(condition("url == '/Api/a%20b?x=1&y=%41'").holds_for(request));
  CHECK(condition("url == /plain").holds_for("GET /plain"));
  CHECK(condition("method == POST").holds_for(request));
  CHECK_FALSE(condition("method == post").holds_for(request));
  CHECK(condition("method in (GET, POST)").holds_for(request));
  CHECK(condition("scheme == https").holds_for(request));
  CHECK_FALSE(condition("scheme is http").holds_for(request));
}

TEST_CASE("a header is present when it is there, even empty, whatever its case") {
  CHECK(condition("has header x-beta").holds_for("GET /\nX-Beta: 1"));
  CHECK(condition("contains header X-Beta").holds_for("GET /\nx-beta:"));
  CHECK_FALSE(condition("has header X-Beta").holds_for("GET /\nX-Beta2: 1"));
  CHECK(condition("misses header X-Beta").holds_for("GET /\nX-Beta2: 1"));
  CHECK_FALSE(condition("misses header X-Beta").holds_for("GET /\nX-Beta:"));
}

TEST_CASE("a cookie is present when it has a value; the case of its name counts") {
  CHECK(condition("has cookie beta").holds_for("GET /\nCookie: a=b; beta=1"));
  CHECK_FALSE(condition("has cookie beta").holds_for("GET /\nCookie: beta="));
  CHECK_FALSE(condition("has cookie beta").holds_for("GET /\nCookie: Beta=1"));
  CHECK(condition("has cookie beta").holds_for("GET /\nCookie: beta=\nCookie: beta=1"));
  CHECK(condition("misses cookie beta").holds_for("GET /\nCookie: beta="));
  CHECK(condition("cookie beta == ''").holds_for("GET /\nCookie: beta="));
}

TEST_CASE("a query parameter is present when it is named") {
  CHECK(condition("has query beta").holds_for("GET /?a=1&beta"));
  CHECK(condition("has query beta").holds_for("GET /?beta="));
  CHECK(condition("misses query beta").holds_for("GET /?Beta=1&betas=1"));
}

TEST_CASE("any occurrence of a header may satisfy a test, and none may for its opposite") {
  const std::string request = "GET /\nX-Tag: red\nX-Tag: green, blue";
  CHECK(condition("header X-Tag == red").holds_for(request));
  CHECK(condition("header x-tag == 'green, blue'").holds_for(request));
  CHECK_FALSE(condition("header X-Tag == blue").holds_for(request));
  CHECK(condition("header X-Tag contains blue").holds_for(request));
  CHECK_FALSE(condition("header X-Tag != red").holds_for(request));
  CHECK(condition("header X-Tag != blue").holds_for(request));
  CHECK_FALSE(condition("header X-Tag misses blue").holds_for(request));
  CHECK(condition("header X-Tag misses black").holds_for(request));
  CHECK(condition("header X-Tag in (black, red)").holds_for(request));
  CHECK(condition("header X-Tag ends with blue").holds_for(request));
  CHECK(condition("header X-Tag matches '^g'").holds_for(request));
  CHECK(condition("header X-Other != red").holds_for(request));
  CHECK(condition("header X-Other misses red").holds_for(request));
  CHECK_FALSE(condition("header X-Other == ''").holds_for(request));
}

TEST_CASE("cookies and query parameters have values like headers") {
  const std::string request = "GET /?v=1&v=2%20\nCookie: id=a; id=b\nCookie: q=\"c\"";
  CHECK(condition("cookie id == b").holds_for(request));
  CHECK_FALSE(condition("cookie id != b").holds_for(request));
  CHECK(condition("cookie q == '\"c\"'").holds_for(request));
  CHECK_FALSE(condition("cookie q == c").holds_for(request));
  CHECK(condition("query v == 2%20").holds_for(request));
  CHECK(condition("query v in (3, 1)").holds_for(request));
  CHECK(condition("query v misses 3").holds_for(request));
  CHECK_FALSE(condition("query v misses 1").holds_for(request));
}

TEST_CASE("a source address is compared with addresses and networks") {
  const std::string v4 = "GET /\n:src 10.1.2.3";
  const std::string mapped = "GET /\n:src ::ffff:10.1.2.3";
  for (const std::string& request : {v4, mapped}) {
    CHECK(condition("src == 10.1.2.3").holds_for(request));
    CHECK(condition("src == ::ffff:10.1.2.3").holds_for(request));
    CHECK(condition("src == 10.0.0.0/8").holds_for(request));
    CHECK(condition("src in (2001:db8::/32, 10.0.0.0/8)").holds_for(request));
    CHECK_FALSE(condition("src != 10.0.0.0/8").holds_for(request));
    CHECK_FALSE(condition("src is 192.0.2.0/24").holds_for(request));
  }
  CHECK(condition("src == 2001:db8::/32").holds_for("GET /\n:src 2001:db8:1::1"));
  CHECK_FALSE(condition("src in (::/0)").holds_for("GET /"));
  CHECK(condition("src != ::/0").holds_for("GET /"));
}

TEST_CASE("a port is compared as a number") {
  const std::string request = "GET /\n:port 8443";
  CHECK(condition("port == 08443").holds_for(request));
  CHECK(condition("port in (443, 8443)").holds_for(request));
  CHECK(condition("port != 443").holds_for(request));
  CHECK_FALSE(condition("port == 0").holds_for("GET /"));
  CHECK(condition("port != 443").holds_for("GET /"));
}

TEST_CASE("not binds tighter than and, and tighter than or") {
  CHECK(condition("true or true and false").holds_for("GET /"));
  CHECK_FALSE(condition("(true or true) and false").holds_for("GET /"));
  CHECK(condition("not false or true").holds_for("GET /"));
  CHECK_FALSE(condition("not (false or true)").holds_for("GET /"));
  CHECK_FALSE(condition("not true and false").holds_for("GET /"));
  CHECK(condition("not not true").holds_for("GET /"));
}

TEST_CASE("scripts are false as long as nothing runs them") {
  CHECK_FALSE(condition("script(beta)").holds_for("GET /"));
  CHECK(condition("not script(beta)").holds_for("GET /"));
}

TEST_CASE("a raw ACL is what HAProxy says; where it says nothing it is false, and counted") {
  const auto condition = Condition::parse("< ssl_fc > and not < path_beg /x >");
  REQUIRE(condition);
  const std::string tls = raw_acl_name("ssl_fc");
  const std::string path = raw_acl_name("path_beg /x");
  const auto holds = [&](std::vector<RawAclFact> facts, std::uint64_t missing) {
    Request request;
    request.raw_acls = facts;
    ConditionScratch scratch;
    const bool held = condition->evaluate(request, scratch);
    CHECK(scratch.raw_acls_missing == missing);
    return held;
  };
  CHECK(holds({{tls, true}, {path, false}}, 0));
  CHECK_FALSE(holds({{tls, true}, {path, true}}, 0));
  CHECK_FALSE(holds({{tls, false}}, 0));  // not looked further
  CHECK(holds({{"00000000", true}, {tls, true}}, 1));
  CHECK_FALSE(holds({}, 1));
}

TEST_CASE("the first matches that held captures, left to right, as far as evaluation went") {
  const auto first_group = [](const std::string& text, const std::string& request) {
    const auto condition = Condition::parse(text);
    REQUIRE(condition);
    ConditionScratch scratch;
    Captures captures;
    CHECK(condition->evaluate(TextualRequest(request).view(), scratch, &captures));
    return captures.set ? captures.groups.at(1) : "nothing";
  };
  const std::string request = "GET /a/b?c=d\nHost: x.example";
  CHECK(first_group("path matches '^/(.)' and query matches '(.)$'", request) == "a");
  CHECK(first_group("path matches '^/(z)' or query matches '(.)$'", request) == "d");
  CHECK(first_group("(path matches '^/(.)' and false) or query matches '(.)$'", request) == "a");
  CHECK(first_group("host == x.example or path matches '^/(.)'", request) == "nothing");
  CHECK(first_group("path matches '(z)?/a'", request) == "");
}

TEST_CASE("a pattern that needs too many steps is false, and counted") {
  const auto slow = Condition::parse("header X matches '^(a+)+$'");
  REQUIRE(slow);
  ConditionScratch scratch;
  const TextualRequest request("GET /\nX: " + std::string(200, 'a') + "b\nX: aaa");
  CHECK(slow->evaluate(request.view(), scratch));  // by the second occurrence
  CHECK(scratch.regex_limits_hit == 1);
}
