#include "config/check_reader.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/gateway_yaml.h"

using namespace pointsman;
using routing::CheckSpec;
using namespace std::chrono_literals;

namespace {

std::optional<CheckSpec> check_of(const std::string& yaml) {
  return test::parsed_gateway("{name: a, routes: {r: {check: " + yaml + "}}}").routes[0].check;
}

}  // namespace

TEST_CASE("a check is off, by connecting, or by asking for a path") {
  CHECK(check_of("none")->kind == CheckSpec::Kind::kNone);
  CHECK(check_of("tcp")->kind == CheckSpec::Kind::kTcp);
  const auto http = check_of("'/health?full=1'");
  REQUIRE(http);
  CHECK(http->kind == CheckSpec::Kind::kHttp);
  CHECK(http->path == "/health?full=1");
  CHECK(http->method == "GET");
  CHECK(http->status == "200-399");
}

TEST_CASE("the long form says how often, how long, and what is good") {
  const auto check = check_of(
      "{path: /up, method: HEAD, host: shop.example.com, status: '200-299,304', port: 81, every: "
      "5s, "
      "timeout: 2s, fall: 3, rise: 4}");
  REQUIRE(check);
  CHECK(check->kind == CheckSpec::Kind::kHttp);
  CHECK(check->path == "/up");
  CHECK(check->method == "HEAD");
  CHECK(check->host == "shop.example.com");
  CHECK(check->status == "200-299,304");
  CHECK(check->port == 81);
  CHECK(check->every == 5s);
  CHECK(check->timeout == 2s);
  CHECK(check->fall == 3);
  CHECK(check->rise == 4);
  CHECK(check_of("{every: 5s}")->kind == CheckSpec::Kind::kTcp);
}

TEST_CASE("a path may be as long as a name") {
  const std::string longest = "/" + std::string(limits::kNameBytes - 1, 'a');
  CHECK(test::diagnostics_of("{name: a, routes: {r: {check: " + longest + "}}}").empty());
  CHECK_FALSE(test::diagnostics_of("{name: a, routes: {r: {check: " + longest + "a}}}").empty());
}

TEST_CASE("status codes are of three digits, in ranges that ascend") {
  for (const char* good : {"200", "'200,204'", "200-299", "'100-199,500-599'"}) {
    INFO(good);
    CHECK(test::diagnostics_of(
              "{name: a, routes: {r: {check: {path: /, status: " + std::string(good) + "}}}}")
              .empty());
  }
  for (const char* bad : {"99", "600", "20", "299-200", "200-", "'200,'", "2xx", "200 204"}) {
    INFO(bad);
    CHECK_FALSE(test::diagnostics_of(
                    "{name: a, routes: {r: {check: {path: /, status: " + std::string(bad) + "}}}}")
                    .empty());
  }
}
