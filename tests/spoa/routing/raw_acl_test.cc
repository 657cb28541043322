#include "routing/raw_acl.h"

#include <catch2/catch.hpp>

#include "routing/compile.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string fault_of(std::string_view text) {
  const auto fault = fault_in_raw_acl(text);
  return fault ? std::to_string(fault->offset) + ": " + fault->message : "";
}

}  // namespace

TEST_CASE("one condition of HAProxy's is good, whatever its words are") {
  for (const char* text :
       {"path_beg /x", "ssl_fc", "hdr_sub(user-agent) -i Android", "{ path_beg /x }",
        "{ path /a } || !{ src 10.0.0.0/8 }", "hdr(x) -m str 'a # b' \"{ ' }\"", "hdr(x) a\\ b",
        "hdr(x) a\\#b", "path_reg '^/a{1,2}$'", "path\t/a", "req.hdr(x),lower -m str \"$HOME\""}) {
    INFO(text);
    CHECK(fault_of(text) == "");
  }
}

TEST_CASE("what could end its line, or make it more than one condition, is not") {
  CHECK(fault_of("path /a # b") == "8: for HAProxy '#' begins a comment: put it in quotes");
  CHECK(fault_of("path /a#b") == "7: for HAProxy '#' begins a comment: put it in quotes");
  CHECK(fault_of("path 'a") == "5: this quote is not closed");
  CHECK(fault_of("path \"a\\\"") == "5: this quote is not closed");
  CHECK(fault_of("path a\\") == "6: nothing follows this '\\'");
  CHECK(fault_of("{ path /a") == "0: this '{' is not closed");
  CHECK(fault_of("path /a }") == "8: this '}' closes nothing");
  CHECK(fault_of("{ path { }") == "7: a '{' inside of braces");
  CHECK(fault_of("path '}'") == "5: this '}' closes nothing");  // quoted or not, for HAProxy
  for (const char* text : {"a\nb", "a\rb", "a\x01", "'a\nb'", "a\x7f"}) {
    CHECK_FALSE(fault_of(text).empty());
  }
  CHECK_FALSE(fault_of(std::string_view("a\0b", 3)).empty());
}

TEST_CASE("a text without braces is put in braces") {
  CHECK(raw_acl_condition("path_beg /x") == "{ path_beg /x }");
  CHECK(raw_acl_condition("path_reg ^/a{1}$") == "{ path_reg ^/a{1}$ }");
  CHECK(raw_acl_condition("{ path /a } or { path /b }") == "{ path /a } or { path /b }");
  CHECK(raw_acl_condition("!{ path /a }") == "!{ path /a }");
}

TEST_CASE("the name is made of the text alone") {
  CHECK(raw_acl_name("") == "51d8e999");  // low half of xxh64's ef46db3751d8e999
  CHECK(raw_acl_name("ssl_fc").size() == 8);
  CHECK(raw_acl_name("ssl_fc") != raw_acl_name("ssl_fc "));
}

TEST_CASE("a gateway's ACLs are listed once, with the first place that needs them") {
  Diagnostics diagnostics;
  const auto gateway = compile(test::gateway_spec(R"(
      gateway shop
        route a - if <ssl_fc> or not (< path_beg /x > and < ssl_fc >)
          rewrite /y if < dst_port 80 >
        route b - if <dst_port 80>
      )"),
                               diagnostics);
  REQUIRE(gateway);
  const auto acls = raw_acls_of(*gateway);
  REQUIRE(acls.size() == 3);
  CHECK(acls[0].text == "ssl_fc");
  CHECK(acls[0].key == "routes.a.condition");
  CHECK(acls[1].text == "path_beg /x");
  CHECK(acls[2].text == "dst_port 80");
  CHECK(acls[2].key == "routes.a.rewrites");
  CHECK(acls[2].name == raw_acl_name("dst_port 80"));
  CHECK(diagnostics.count(Severity::kNote) == 3);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(diagnostics.items().front().message ==
        "HAProxy evaluates <ssl_fc>, as acl_" + raw_acl_name("ssl_fc") +
            ": where this is new, it needs 'render' and a reload, and is false until then");
}
