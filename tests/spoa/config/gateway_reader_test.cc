#include "config/gateway_reader.h"

#include <catch2/catch.hpp>

#include "support/gateway_yaml.h"

using namespace pointsman;
using routing::GatewaySpec;
using routing::SplitBySpec;
using routing::StickySpec;
using test::diagnostics_of;
using test::parsed_gateway;

TEST_CASE("a gateway with everything is read as written") {
  const GatewaySpec gateway = parsed_gateway(R"(
name: shop/web
port: 8080/http
virtual_hosts: [shop.example.com, "*.shop.example.com"]
sticky: {by: route, cookie: pm_shop, ttl: 10d, idle: 15m, path: /s, same_site: Strict,
         secure: always, domain: example.com}
split_by: header X-User-Id
evict_at_zero: true
on_unhealthy: strict
allow_forced: true
routes:
  shop/v2: {weight: 5%}
  shop/v1: {weight: 95%}
metadata: {team: web, pager: [1, two]}
)");
  CHECK(gateway.name == "shop/web");
  CHECK(gateway.place.line == 2);
  CHECK(gateway.place.column == 7);
  CHECK(gateway.port == 8080);
  CHECK(gateway.protocol == GatewaySpec::Protocol::kHttp);
  REQUIRE(gateway.virtual_hosts.size() == 2);
  CHECK(gateway.virtual_hosts[1].text == "*.shop.example.com");
  CHECK(gateway.virtual_hosts[1].place.column == 36);
  CHECK(gateway.sticky.by == StickySpec::By::kRoute);
  CHECK(gateway.sticky.cookie == "pm_shop");
  CHECK(gateway.sticky.ttl == std::chrono::hours(240));
  CHECK(gateway.sticky.idle == std::chrono::minutes(15));
  CHECK(gateway.sticky.path == "/s");
  CHECK(gateway.sticky.same_site == "Strict");
  CHECK(gateway.sticky.secure == StickySpec::Secure::kAlways);
  CHECK(gateway.sticky.domain == "example.com");
  CHECK(gateway.split_by.kind == SplitBySpec::Kind::kHeader);
  CHECK(gateway.split_by.name == "X-User-Id");
  CHECK(gateway.evict_at_zero);
  CHECK(gateway.strict_on_unhealthy);
  CHECK(gateway.allow_forced);
  REQUIRE(gateway.routes.size() == 2);
  CHECK(gateway.routes[0].name == "shop/v2");
  CHECK(gateway.routes[1].name == "shop/v1");
  CHECK(gateway.metadata_json == R"({"team":"web","pager":[1,"two"]})");
}

TEST_CASE("what is not given has its default") {
  const GatewaySpec gateway = parsed_gateway("name: shop\n");
  CHECK_FALSE(gateway.port);
  CHECK(gateway.sticky.by == StickySpec::By::kNone);
  CHECK(gateway.sticky.path == "/");
  CHECK(gateway.split_by.kind == SplitBySpec::Kind::kNone);
  CHECK_FALSE(gateway.strict_on_unhealthy);
  CHECK(gateway.routes.empty());
  CHECK(gateway.metadata_json.empty());
}

TEST_CASE("the short forms are read") {
  CHECK(parsed_gateway("name: a\nport: 80").port == 80);
  CHECK(parsed_gateway("name: a\nport: 25/tcp").protocol == GatewaySpec::Protocol::kTcp);
  CHECK(parsed_gateway("name: a\nsticky: instance").sticky.by == StickySpec::By::kInstance);
  CHECK(parsed_gateway("name: a\nsticky: none").sticky.by == StickySpec::By::kNone);
  CHECK(parsed_gateway("name: a\nsplit_by: src").split_by.kind == SplitBySpec::Kind::kSource);
  CHECK(parsed_gateway("name: a\nsplit_by: cookie  uid").split_by.name == "uid");
  CHECK(parsed_gateway("name: a\nsplit_by: query user[id]").split_by.name == "user[id]");
  CHECK(parsed_gateway("name: 5\n").name == "5");
}

TEST_CASE("all errors of a gateway are reported at once, each at its place") {
  CHECK(diagnostics_of(R"(name: shop
port: 99999
virtual_hosts: shop.example.com
sticky: rout
split_by: user
evict_at_zero: 1
on_unhealthy: sometimes
vhosts: []
routes:
  v1: {wieght: 5%}
  "v 2": 5%
)") == "shop.yaml:2:7: port: found the number 99999, wanted a port like 8080, 8080/http or "
       "8080/tcp\n"
       "shop.yaml:3:16: virtual_hosts: found the text 'shop.example.com', wanted a list like "
       "[shop.example.com, \"*.shop.example.com\"]\n"
       "shop.yaml:4:9: sticky: found the text 'rout', wanted one of none, route, instance; did you "
       "mean 'route'?\n"
       "shop.yaml:5:11: split_by: found the text 'user', wanted header NAME, cookie NAME, query "
       "NAME or src\n"
       "shop.yaml:6:16: evict_at_zero: found the number 1, wanted true or false\n"
       "shop.yaml:7:15: on_unhealthy: found the text 'sometimes', wanted one of alternate, "
       "strict\n"
       "shop.yaml:10:8: routes.v1.wieght: unknown key; did you mean 'weight'?\n"
       "shop.yaml:11:4: routes.v 2: a name has no blanks\n"
       "shop.yaml:11:10: routes.v 2: found the text '5%', wanted a mapping with weight, condition, "
       "…\n"
       "shop.yaml:8:1: vhosts: unknown key\n");
}

TEST_CASE("the sticky cookie cannot break a header or HAProxy's configuration") {
  CHECK(diagnostics_of("name: a\nsticky: {cookie: 'a b', path: \"/;x\", domain: \"a\\\"b\", "
                       "ttl: 0s, idle: 5, same_site: lax, secure: yes}\n") ==
        "shop.yaml:2:9: sticky: by is missing, wanted one of none, route, instance\n"
        "shop.yaml:2:19: sticky.cookie: found the text 'a b', wanted a cookie's name, without "
        "blanks, quotes or separators\n"
        "shop.yaml:2:59: sticky.ttl: found the text '0s', wanted a duration like 30d, 24h, 15m or "
        "10s\n"
        "shop.yaml:2:69: sticky.idle: found the number 5, wanted a duration like 30d, 24h, 15m or "
        "10s\n"
        "shop.yaml:2:32: sticky.path: found the text '/;x', wanted a path that begins with / and "
        "has no blanks, quotes, ',' or ';'\n"
        "shop.yaml:2:83: sticky.same_site: found the text 'lax', wanted one of Lax, Strict, None; "
        "did you mean 'Lax'?\n"
        "shop.yaml:2:96: sticky.secure: found the text 'yes', wanted one of auto, always, never\n"
        "shop.yaml:2:47: sticky.domain: found the text 'a\"b', wanted a host name like "
        "example.com\n");
  CHECK(diagnostics_of("name: a\nsticky: {by: route, cookie: \"a\\r\\nb\"}\n") ==
        "shop.yaml:2:30: sticky.cookie: found a line break or control character, wanted a cookie's "
        "name, without blanks, quotes or separators\n");
}

TEST_CASE("virtual hosts are checked one by one") {
  CHECK(diagnostics_of("name: a\nvirtual_hosts: [ok.example, 'a:80', 'a b', '*.*', [x]]\n") ==
        "shop.yaml:2:30: virtual_hosts[1]: found the text 'a:80', wanted a host name without a "
        "port, \"*.example.com\" or \"*\"\n"
        "shop.yaml:2:38: virtual_hosts[2]: found the text 'a b', wanted a host name without a "
        "port, \"*.example.com\" or \"*\"\n"
        "shop.yaml:2:45: virtual_hosts[3]: found the text '*.*', wanted a host name without a "
        "port, \"*.example.com\" or \"*\"\n"
        "shop.yaml:2:51: virtual_hosts[4]: found a list, wanted a host name without a port, "
        "\"*.example.com\" or \"*\"\n");
}

TEST_CASE("Vamp's system fields are ignored with a note, metadata is kept") {
  CHECK(diagnostics_of("name: a\nkind: gateways\ninternal: false\nlookup_name: x\nservice: {}\n"
                       "proxy: ~\ndeployed: true\ntargets: []\nmetadata: {a: 1}\n") ==
        "shop.yaml:2:7: note: kind: ignored, as nothing here uses it\n"
        "shop.yaml:4:14: note: lookup_name: ignored, as nothing here uses it\n"
        "shop.yaml:3:11: note: internal: ignored, as nothing here uses it\n"
        "shop.yaml:6:1: note: proxy: ignored, as nothing here uses it\n"
        "shop.yaml:7:11: note: deployed: ignored, as nothing here uses it\n"
        "shop.yaml:8:10: note: targets: ignored, as nothing here uses it\n"
        "shop.yaml:5:10: note: service: ignored, as nothing here uses it\n");
}

TEST_CASE("diagnostics carry the gateway's name") {
  Diagnostics diagnostics;
  const auto file = config::parse_gateway_file(
      "f.yaml", "routes: 5\nname: shop\nport: x\n---\nname: a b\n---\n[list]\n", diagnostics);
  REQUIRE(file.gateways.size() == 3);
  CHECK(file.gateways[0].faulty);
  CHECK(file.gateways[1].spec.name.empty());
  CHECK(file.gateways[2].faulty);
  REQUIRE(diagnostics.items().size() == 4);
  CHECK(diagnostics.items()[0].gateway == "shop");
  CHECK(diagnostics.items()[1].gateway == "shop");
  CHECK(to_text(diagnostics.items()[2]) ==
        "f.yaml:5:7: name: found the text 'a b': a name has no blanks");
  CHECK(to_text(diagnostics.items()[3]) ==
        "f.yaml:7:1: found a list, wanted a mapping with name and routes");
}

TEST_CASE("a gateway without a name, or with a key twice, is faulty") {
  CHECK(diagnostics_of("port: 80\n") ==
        "shop.yaml:1:1: name is missing, wanted the gateway's name\n");
  CHECK(diagnostics_of("name: a\nroutes: {v1: {}, v1: {}}\n") ==
        "shop.yaml:2:18: routes.v1: duplicate key, first given in line 2\n");
}
