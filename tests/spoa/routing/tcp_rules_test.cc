#include "routing/tcp_rules.h"

#include <catch2/catch.hpp>

#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

// All findings, one a line, as "key: message".
std::string findings(const std::string& words, const std::string& routes = "route a -") {
  const GatewaySpec spec = test::gateway_spec("gateway db tcp" + words + "\n" + routes);
  std::vector<Route> compiled(spec.routes.size());
  for (std::size_t i = 0; i < compiled.size(); ++i) {
    if (spec.routes[i].condition) {
      compiled[i].condition = Condition::parse(spec.routes[i].condition->text).value();
    }
  }
  Diagnostics diagnostics;
  const bool good = check_tcp_rules(spec, compiled, diagnostics);
  CHECK(good == diagnostics.items().empty());
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    CHECK(item.severity == Severity::kError);
    CHECK(item.gateway == "db");
    lines += item.key + ": " + item.message + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("A tcp gateway may ask for address, port and the name of a TLS hello") {
  CHECK(findings("",
                 "route a - if src in (10.0.0.0/8) and not sni ends with .example.com\n"
                 "route b - if port == 5432 or sni in (a, b)\nroute c - if true") == "");
}

TEST_CASE("Whatever needs HTTP is an error of a tcp gateway, wherever it stands in a condition") {
  for (const char* condition :
       {"host == a", "path == /", "method == GET", "scheme == https", "query == a", "url == /",
        "user-agent == Chrome", "has header x", "has cookie x", "query x == 1", "script(x)",
        "< src 10.0.0.1 >", "src == 10.0.0.1 or not (port == 1 and path == /)"}) {
    INFO(condition);
    CHECK(findings("", std::string("route a - if ") + condition) ==
          "routes.a.condition: of a tcp connection only src, sni and port are known\n");
  }
  CHECK(findings("", "route a -\n rewrite /x") ==
        "routes.a.rewrites: tcp has no path to rewrite\n");
  CHECK(findings(" host=a.example.com") ==
        "virtual_hosts: tcp has no Host: wanted conditions on sni, or an http gateway\n");
  CHECK(findings(" forced") ==
        "allow_forced: tcp has no header and no parameter for an override\n");
}

TEST_CASE("A tcp gateway is split by source, which makes it sticky by route") {
  CHECK(findings(" by=src") == "");
  CHECK(findings(" by=header:x") == "split_by: a tcp gateway is split by src only\n");
  CHECK(findings(" sticky").starts_with("sticky.by: tcp has no cookies"));
  CHECK(findings(" sticky by=src") == "");
  CHECK(findings(" instance") == "");
}
