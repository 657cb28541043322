#include "config/edge_setting_values.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using Catch::Contains;
using namespace std::chrono_literals;

namespace {

struct Read {
  config::EdgeSettings edge;
  std::string faults;
};

Read parsed(const std::string& edge, const config::Environment& environment = {}) {
  Diagnostics diagnostics;
  Read read{
      config::parse_settings("/etc/p.yaml", "edge: " + edge + "\n", environment, diagnostics).edge,
      ""};
  for (const auto& item : diagnostics.items()) read.faults += to_text(item) + "\n";
  return read;
}

std::string list_of(std::size_t count, const std::string& before, const std::string& behind) {
  std::string list = "[";
  for (std::size_t i = 1; i <= count; ++i) {
    list += (i > 1 ? ", '" : "'") + before + std::to_string(i) + behind + "'";
  }
  return list + "]";
}

}  // namespace

TEST_CASE("virtual hosts are served on port 80 alone, unless told otherwise") {
  const auto edge = parsed("").edge;
  CHECK(edge.listen == std::vector<std::string>{"*:80"});
  CHECK(edge.certificates.empty());
  CHECK_FALSE(edge.redirect_to_https);
  CHECK(edge.hsts == 0s);
}

TEST_CASE("the edge's settings are read as written") {
  const auto [edge, faults] = parsed(
      "{listen: [], tls_listen: ':::443 v4v6', certificates: tls, redirect_to_https: true, "
      "hsts: 365d, proxy_protocol: 10.0.0.1, trust_forwarded: [10.0.0.0/8, 'fd00::/8']}");
  CHECK(faults == "");
  CHECK(edge.listen.empty());
  CHECK(edge.tls_listen == std::vector<std::string>{":::443 v4v6"});
  CHECK(edge.certificates == "/etc/tls");
  CHECK(edge.redirect_to_https);
  CHECK(edge.hsts == 365 * 24h);
  REQUIRE(edge.proxy_protocol.size() == 1);
  CHECK(edge.proxy_protocol[0].to_text() == "10.0.0.1");
  CHECK(edge.trust_forwarded.size() == 2);
}

TEST_CASE("they may come from the environment") {
  CHECK(parsed("", {{"POINTSMAN_EDGE_LISTEN", "*:81,*:82"}}).edge.listen ==
        std::vector<std::string>{"*:81", "*:82"});
  CHECK(parsed("", {{"POINTSMAN_EDGE_REDIRECT_TO_HTTPS", "true"}}).edge.redirect_to_https);
}

TEST_CASE("a bind is one line of HAProxy's, with a port") {
  for (const char* bad :
       {"80", "'*:80 # x'", "\"*:80\\n mode tcp\"", "\"*:80 'x'\"", "'*:$PORT'"}) {
    INFO(bad);
    CHECK_THAT(parsed("{listen: " + std::string(bad) + "}").faults,
               Contains("edge.listen: ") && Contains("wanted"));
  }
}

TEST_CASE("there may be so many binds and networks") {
  CHECK(parsed("{listen: " + list_of(limits::kEdgeBinds, "*:", "") + "}").faults == "");
  CHECK_THAT(parsed("{listen: " + list_of(limits::kEdgeBinds + 1, "*:", "") + "}").faults,
             Contains("at most 64"));
  for (const char* key : {"proxy_protocol", "trust_forwarded"}) {
    const auto faults = [&](std::size_t count) {
      return parsed(std::string("{") + key + ": " + list_of(count, "10.0.0.", "") + "}").faults;
    };
    CHECK(faults(limits::kEdgeNetworks) == "");
    CHECK_THAT(faults(limits::kEdgeNetworks + 1), Contains("at most 64"));
  }
}
