#include "api/registration.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::api;
using namespace std::chrono_literals;

namespace {

// "field: detail" of what is wrong, or nothing.
std::string fault(const std::string& body) {
  const auto read = parse_registration(body);
  if (read) return "";
  CHECK(read.error().status == 400);
  return read.error().field + ": " + read.error().detail;
}

std::string with(const std::string& more) {
  return R"({"address": "10.0.0.7", "port": 8080, )" + more + "}";
}

}  // namespace

TEST_CASE("a registration is read, with defaults for what is not said") {
  const auto least = parse_registration(R"({"address": "10.0.0.7", "port": 8080})");
  REQUIRE(least);
  CHECK(least->instance.address.to_text() == "10.0.0.7");
  CHECK(least->instance.port == 8080);
  CHECK(least->instance.weight == registry::kDefaultWeight);
  CHECK(least->instance.tags.empty());
  CHECK(least->ttl == kDefaultTtl);
  const auto all = parse_registration(
      R"({"address":"2001:db8::7","port":1,"weight":0,"tags":["v2","blue","v2"],"ttl":10})");
  REQUIRE(all);
  CHECK(all->instance.address.to_text() == "2001:db8::7");
  CHECK(all->instance.weight == 0);
  CHECK(all->instance.tags == std::vector<std::string>{"blue", "v2"});
  CHECK(all->ttl == 10s);
}

TEST_CASE("what is wrong is told with the field's name") {
  CHECK(fault("") == ": the body is not JSON");
  CHECK(fault("{\"address\": ") == ": the body is not JSON");
  CHECK(fault("{} x") == ": the body is not JSON");
  CHECK(fault("[]") == ": the body is no JSON object");
  CHECK(fault("{}") == "address: is missing, wanted a literal IPv4 or IPv6 address");
  CHECK(fault(R"({"address": 7})") == "address: is no text, wanted a literal IPv4 or IPv6 address");
  CHECK(fault(R"({"address": "web"})") ==
        "address: is no address, wanted a literal IPv4 or IPv6 address");
  CHECK(fault(R"({"address": "127.0.0.1", "port": 1})") ==
        "address: 127.0.0.1 is a loopback address, which only a file may name");
  CHECK(fault(R"({"address": "::ffff:127.0.0.1", "port": 1})") ==
        "address: 127.0.0.1 is a loopback address, which only a file may name");
  CHECK(fault(R"({"address": "10.0.0.7"})") == "port: is missing, wanted a number from 1 to 65535");
  for (const char* port : {"0", "65536", "\"80\"", "80.5", "-1", "1e2", "null", "[80]"}) {
    INFO(port);
    CHECK(fault(fmt::format(R"({{"address": "10.0.0.7", "port": {}}})", port)) ==
          "port: wanted a whole number from 1 to 65535");
  }
  CHECK(fault(with(R"("weight": 257)")) == "weight: wanted a whole number from 0 to 256");
  CHECK(fault(with(R"("ttl": 0)")) == "ttl: wanted a whole number from 1 to 86400");
  CHECK(fault(with(R"("ttl": "10s")")) == "ttl: wanted a whole number from 1 to 86400");
  CHECK(fault(with(R"("tags": "a")")) == "tags: wanted a list of texts");
  CHECK(fault(with(R"("tags": ["a", 1])")) == "tags[1]: wanted a text");
  CHECK(fault(with(R"("tags": ["A"])")) == "tags[0]: a tag consists of a to z, 0 to 9 and '-'");
  CHECK(fault(with(R"("wieght": 1)")) == "wieght: unknown key; did you mean 'weight'?");
  CHECK(fault(with(R"("zone": 1)")) ==
        "zone: unknown key; known are address, port, weight, tags, ttl");
  CHECK(fault(with(R"("port": 1)")) == "port: stands there twice");
}

TEST_CASE("the longest time to live and the most tags are accepted, one more is not") {
  const auto ttl = limits::kRegistrationTtl.count();
  CHECK(fault(with(fmt::format(R"("ttl": {})", ttl))).empty());
  CHECK_FALSE(fault(with(fmt::format(R"("ttl": {})", ttl + 1))).empty());
  std::string tags = "\"t0\"";
  for (std::size_t i = 1; i < limits::kInstanceTags; ++i) tags += fmt::format(", \"t{}\"", i);
  CHECK(fault(with("\"tags\": [" + tags + "]")).empty());
  CHECK(fault(with("\"tags\": [" + tags + ", \"x\"]")) == "tags: at most 16 tags are allowed");
}

TEST_CASE("a registration that is cut anywhere is refused") {
  const std::string body = with(R"("weight": 1, "tags": ["a"], "ttl": 5)");
  for (std::size_t size = 0; size < body.size(); ++size) {
    CHECK(fault(body.substr(0, size)) == ": the body is not JSON");
  }
}

TEST_CASE("a body that is as deep as it is long is read to its end") {
  const std::string deep(limits::kAdminBodyBytes / 2, '[');
  CHECK(fault(deep + std::string(deep.size(), ']')) == ": the body is no JSON object");
  CHECK(fault(deep) == ": the body is not JSON");
}
