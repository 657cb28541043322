#include "routing/unsent_headers.h"

#include <catch2/catch.hpp>

#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

std::string warnings(const std::string& text, const std::vector<std::string>& sent) {
  Diagnostics diagnostics;
  warn_of_unsent_headers(*test::compiled(text).at(0), sent, diagnostics);
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    CHECK(item.severity == Severity::kWarning);
    CHECK(item.gateway == "shop");
    const std::size_t begin = item.message.find('\'') + 1;
    lines += item.key + ": " + item.message.substr(begin, item.message.find('\'', begin) - begin);
    lines += '\n';
  }
  return lines;
}

}  // namespace

TEST_CASE("What a gateway looks at is warned about where HAProxy does not send it, by its place") {
  const std::string text = R"(
      gateway shop sticky forced by=header:X-User
        route a 50% if user-agent == Firefox and not (has header X-A or cookie b == 1)
          rewrite /x if header x-a == 1 and header x-b == 2
        route b 50%)";
  CHECK(warnings(text, {}) ==
        "sticky: cookie\nallow_forced: x-pointsman-force\nsplit_by: x-user\n"
        "routes.a.condition: cookie\nroutes.a.condition: user-agent\nroutes.a.condition: x-a\n"
        "routes.a.rewrites: x-a\nroutes.a.rewrites: x-b\n");
  CHECK(warnings(text, {"cookie", "user-agent", "x-user", "x-a"}) ==
        "allow_forced: x-pointsman-force\nroutes.a.rewrites: x-b\n");
  CHECK(warnings(text, {"cookie", "user-agent", "x-user", "x-a", "x-b", "x-pointsman-force"}) ==
        "");
}

TEST_CASE("What does not come as a header is not warned about, and each header once a condition") {
  CHECK(warnings("gateway shop host=shop.example.com by=query:u\n"
                 " route a 100% if host == x or path is /y or method is GET or src is 10.0.0.1\n"
                 "  rewrite /z if has query q and port is 80",
                 {}) == "");
  CHECK(warnings("gateway shop by=cookie:u\n route a 100% if has cookie a and has cookie b", {}) ==
        "split_by: cookie\nroutes.a.condition: cookie\n");
}

TEST_CASE("The warning tells what follows") {
  Diagnostics diagnostics;
  warn_of_unsent_headers(*test::compiled("gateway shop sticky\n route a 100%").at(0), {},
                         diagnostics);
  CHECK(test::all_texts(diagnostics)
            .find("needs the header 'cookie', which spoe.headers does not "
                  "list: it counts as absent") != std::string::npos);
}
