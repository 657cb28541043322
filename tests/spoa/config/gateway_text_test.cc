#include "config/gateway_text.h"

#include <catch2/catch.hpp>
#include <set>

#include "support/gateway_yaml.h"

using namespace pointsman;
using config::comparison_text;
using config::Places;

TEST_CASE("a gateway that moved in its file has the same text but for its places") {
  const auto here = test::parsed_gateway("name: a\nroutes: {v1: {condition: true}}\n");
  const auto moved = test::parsed_gateway("# one\nname: a\nroutes: {v1: {condition: true}}\n");
  CHECK(comparison_text(here, Places::kIgnored) == comparison_text(moved, Places::kIgnored));
  CHECK(comparison_text(here, Places::kIncluded) != comparison_text(moved, Places::kIncluded));
}

TEST_CASE("any difference between two gateways shows in their texts") {
  const std::vector<std::string> yamls{
      "{name: a}",
      "{name: b}",
      "{name: a, port: 80}",
      "{name: a, port: 80/tcp}",
      "{name: a, virtual_hosts: [x.y]}",
      "{name: a, virtual_hosts: [x, y]}",
      "{name: a, sticky: route}",
      "{name: a, sticky: instance}",
      "{name: a, sticky: {by: route, cookie: c}}",
      "{name: a, sticky: {by: route, ttl: 1d}}",
      "{name: a, sticky: {by: route, idle: 1h}}",
      "{name: a, sticky: {by: route, path: /x}}",
      "{name: a, sticky: {by: route, same_site: None}}",
      "{name: a, sticky: {by: route, secure: always}}",
      "{name: a, sticky: {by: route, domain: d.e}}",
      "{name: a, split_by: src}",
      "{name: a, split_by: header h}",
      "{name: a, split_by: cookie h}",
      "{name: a, evict_at_zero: true}",
      "{name: a, on_unhealthy: strict}",
      "{name: a, allow_forced: true}",
      "{name: a, metadata: 1}",
      "{name: a, routes: {r: }}",
      "{name: a, routes: {s: }}",
      "{name: a, routes: {r: , s: }}",
      "{name: a, routes: {s: , r: }}",
      "{name: a, routes: {r: {weight: 1%}}}",
      "{name: a, routes: {r: {weight: 1}}}",
      "{name: a, routes: {r: {condition: a}}}",
      "{name: a, routes: {r: {condition_strength: 1%}}}",
      "{name: a, routes: {r: {backend: x}}}",
      "{name: a, routes: {r: {gateway: x}}}",
      "{name: a, routes: {r: {service: x}}}",
      "{name: a, routes: {r: {discover: {dns: x}}}}",
      "{name: a, routes: {r: {discover: {dns: x, port: 1}}}}",
      "{name: a, routes: {r: {discover: {dns: x, every: 9s}}}}",
      "{name: a, routes: {r: {instances: ['x:1']}}}",
      "{name: a, routes: {r: {instances: ['x:2']}}}",
      "{name: a, routes: {r: {instances: [{address: x, port: 1, weight: 1}]}}}",
      "{name: a, routes: {r: {instances: [{address: x, port: 1, backup: true}]}}}",
      "{name: a, routes: {r: {balance: first}}}",
      "{name: a, routes: {r: {check: none}}}",
      "{name: a, routes: {r: {check: tcp}}}",
      "{name: a, routes: {r: {check: /x}}}",
      "{name: a, routes: {r: {check: /y}}}",
      "{name: a, routes: {r: {check: {path: /x, method: HEAD}}}}",
      "{name: a, routes: {r: {check: {path: /x, host: h}}}}",
      "{name: a, routes: {r: {check: {path: /x, status: 200}}}}",
      "{name: a, routes: {r: {check: {port: 1}}}}",
      "{name: a, routes: {r: {check: {every: 2s}}}}",
      "{name: a, routes: {r: {check: {timeout: 2s}}}}",
      "{name: a, routes: {r: {check: {fall: 3}}}}",
      "{name: a, routes: {r: {check: {rise: 3}}}}",
      "{name: a, routes: {r: {slow_start: 9s}}}",
      "{name: a, routes: {r: {redispatch: true}}}",
      "{name: a, routes: {r: {redispatch: false}}}",
      "{name: a, routes: {r: {metadata: 1}}}",
      "{name: a, routes: {r: {epoch: 1}}}",
      "{name: a, routes: {r: {rewrites: [{path: /x}]}}}"};
  std::set<std::string> texts;
  for (const std::string& yaml : yamls) {
    INFO(yaml);
    const auto gateway = test::parsed_gateway(yaml);
    CHECK(texts.insert(comparison_text(gateway, Places::kIgnored)).second);
  }
}
