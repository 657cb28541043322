// Gateways for tests of routing, in a few words instead of YAML (which routing must not know):
//
//   gateway shop sticky host=shop.example.com
//     route shop/v1 80%
//     route shop/v2 20% at 50% if user-agent == Firefox
//       rewrite /v2%[path] if path starts with /api
//     route rest - to other
//
// Words of a gateway: tcp, sticky, instance, strict, evict, forced, host=, cookie=, domain=, ttl=,
// idle= (seconds), secure, insecure, by=header:NAME (cookie:, query:) or by=src. Of a route: its
// weight ("80%", "4", or "-" for none), epoch=, backend=, to GATEWAY, at STRENGTH, and at last if
// CONDITION. Every route that says nothing else gets an instance, so that nothing is warned about.
// A word nobody knows fails the test.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "routing/compile.h"
#include "routing/route_table.h"

namespace pointsman::test {

inline std::uint32_t share_of(const std::string& percent) {
  REQUIRE(percent.ends_with('%'));
  return static_cast<std::uint32_t>(std::lround(std::stod(percent) * 100));
}

inline routing::WeightSpec weight_of(const std::string& text) {
  routing::WeightSpec weight;
  if (text == "-") return weight;
  if (text.ends_with('%')) {
    weight.form = routing::WeightSpec::Form::kPercent;
    weight.share = share_of(text);
  } else {
    weight.form = routing::WeightSpec::Form::kRelative;
    weight.relative = std::stod(text);
  }
  return weight;
}

inline std::string after(const std::string& word, std::string_view prefix) {
  return word.substr(prefix.size());
}

inline routing::SplitBySpec split_of(const std::string& text) {
  using Kind = routing::SplitBySpec::Kind;
  routing::SplitBySpec split;
  const std::string kind = text.substr(0, text.find(':'));
  split.kind = kind == "header"   ? Kind::kHeader
               : kind == "cookie" ? Kind::kCookie
               : kind == "query"  ? Kind::kQuery
                                  : Kind::kSource;
  if (split.kind != Kind::kSource) split.name = text.substr(kind.size() + 1);
  return split;
}

inline routing::GatewaySpec read_gateway_line(std::istringstream& words) {
  routing::GatewaySpec gateway;
  words >> gateway.name;
  for (std::string word; words >> word;) {
    if (word == "sticky") {
      gateway.sticky.by = routing::StickySpec::By::kRoute;
    } else if (word == "instance") {
      gateway.sticky.by = routing::StickySpec::By::kInstance;
    } else if (word == "strict") {
      gateway.strict_on_unhealthy = true;
    } else if (word == "evict") {
      gateway.evict_at_zero = true;
    } else if (word == "forced") {
      gateway.allow_forced = true;
    } else if (word == "tcp") {
      gateway.protocol = routing::GatewaySpec::Protocol::kTcp;
    } else if (word.starts_with("host=")) {
      gateway.virtual_hosts.push_back({after(word, "host="), {}});
    } else if (word.starts_with("cookie=")) {
      gateway.sticky.cookie = after(word, "cookie=");
    } else if (word.starts_with("domain=")) {
      gateway.sticky.domain = after(word, "domain=");
    } else if (word == "secure") {
      gateway.sticky.secure = routing::StickySpec::Secure::kAlways;
    } else if (word == "insecure") {
      gateway.sticky.secure = routing::StickySpec::Secure::kNever;
    } else if (word.starts_with("ttl=")) {
      gateway.sticky.ttl = std::chrono::seconds(std::stol(after(word, "ttl=")));
    } else if (word.starts_with("idle=")) {
      gateway.sticky.idle = std::chrono::seconds(std::stol(after(word, "idle=")));
    } else if (word.starts_with("by=")) {
      gateway.split_by = split_of(after(word, "by="));
    } else {
      FAIL("a gateway's line has no word " << word);
    }
  }
  return gateway;
}

inline routing::RouteSpec read_route_line(std::istringstream& words) {
  routing::RouteSpec route;
  std::string weight;
  words >> route.name >> weight;
  route.weight = weight_of(weight);
  for (std::string word; words >> word;) {
    if (word.starts_with("epoch=")) {
      route.epoch = after(word, "epoch=");
    } else if (word.starts_with("backend=")) {
      route.backend = routing::SpecText{after(word, "backend="), {}};
    } else if (word == "to") {
      words >> word;
      route.gateway = routing::SpecText{word, {}};
    } else if (word == "at") {
      words >> word;
      route.strength = routing::StrengthSpec{share_of(word), {}};
    } else if (word == "if") {
      std::string condition;
      std::getline(words >> std::ws, condition);
      route.condition = routing::SpecText{condition, {}};
    } else {
      FAIL("a route's line has no word " << word);
    }
  }
  if (!route.backend && !route.gateway)
    route.instances.push_back({"192.0.2.1", 80, 100, false, {}});
  return route;
}

inline std::vector<routing::GatewaySpec> gateway_specs(const std::string& text) {
  std::vector<routing::GatewaySpec> gateways;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    if (!(words >> kind)) continue;
    if (kind == "gateway") {
      gateways.push_back(read_gateway_line(words));
    } else if (kind == "route") {
      gateways.back().routes.push_back(read_route_line(words));
    } else if (kind == "rewrite") {
      std::string rewrite;
      std::getline(words >> std::ws, rewrite);
      gateways.back().routes.back().rewrites.push_back({rewrite, {}});
    } else {
      FAIL("no line starts with " << kind);
    }
  }
  return gateways;
}

inline routing::GatewaySpec gateway_spec(const std::string& text) {
  return gateway_specs(text).at(0);
}

inline std::string all_texts(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) {
    text += item.gateway + ": " + to_text(item) + "\n";
  }
  return text;
}

inline std::vector<std::shared_ptr<const routing::Gateway>> compiled(const std::string& text) {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const routing::Gateway>> gateways;
  for (const auto& spec : gateway_specs(text)) {
    gateways.push_back(routing::compile(spec, diagnostics));
  }
  INFO(all_texts(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  return gateways;
}

inline std::shared_ptr<const routing::RouteTable> table_of(const std::string& text,
                                                           const std::string& domain = "") {
  Diagnostics diagnostics;
  auto table = routing::RouteTable::link(compiled(text), domain, 1, diagnostics);
  INFO(all_texts(diagnostics));
  REQUIRE(table != nullptr);
  return table;
}

}  // namespace pointsman::test
