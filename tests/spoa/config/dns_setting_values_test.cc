#include "config/dns_setting_values.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using Catch::Contains;

namespace {

struct Read {
  config::Settings settings;
  std::string faults;
};

Read parsed(const std::string& text) {
  Diagnostics diagnostics;
  Read read{config::parse_settings("pointsman.yaml", text, {}, diagnostics), ""};
  for (const auto& item : diagnostics.items()) read.faults += to_text(item) + "\n";
  return read;
}

std::string list_of(const std::string& item, std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) {
    std::string one = item;
    one.replace(one.find('#'), 1, std::to_string(i + 1));
    list += (i > 0 ? ", " : "") + one;
  }
  return list + "]";
}

}  // namespace

TEST_CASE("the responder listens on loopback for one zone, unless told otherwise") {
  const config::DnsSettings dns = parsed("").settings.dns;
  CHECK_FALSE(dns.listen_given);
  REQUIRE(dns.listen.size() == 1);
  CHECK(dns.listen[0].to_text() == "127.0.0.1:8600");
  CHECK(dns.zones == std::vector<std::string>{"pointsman.internal"});
  CHECK(dns.ttl == std::chrono::seconds(5));
  CHECK(dns.rate_limit == 0);
}

TEST_CASE("the responder's settings are read") {
  const Read read = parsed(R"(
dns: {listen: "*:53", workers: 2, zones: [Z.Example, v.example], ttl: 1m,
      reverse: [10.0.0.0/8, "fd00::/8"], rate_limit: 20, nsid: agent 1, cookie_secret: secret}
forward: {allow: 10.0.0.0/8, to: ["192.0.2.1:53", "[2001:db8::1]:53"]}
)");
  CHECK(read.faults == "");
  const config::DnsSettings& dns = read.settings.dns;
  CHECK(dns.listen_given);
  CHECK(dns.listen[0].to_text() == "[::]:53");
  CHECK(dns.workers == 2);
  CHECK(dns.zones == std::vector<std::string>{"z.example", "v.example"});
  CHECK(dns.ttl == std::chrono::minutes(1));
  CHECK(dns.reverse.size() == 2);
  CHECK(dns.rate_limit == 20);
  CHECK(dns.nsid == "agent 1");
  CHECK(dns.cookie_secret == "secret");
  CHECK(read.settings.forward.allow.size() == 1);
  CHECK(read.settings.forward.to.size() == 2);
}

TEST_CASE("an empty list turns the responder off") {
  const config::DnsSettings dns = parsed("dns: {listen: []}").settings.dns;
  CHECK(dns.listen_given);
  CHECK(dns.listen.empty());
}

TEST_CASE("lists of the responder have a limit") {
  const auto faults = [](const std::string& section, const std::string& item, std::size_t count) {
    return parsed(section + list_of(item, count) + "}").faults;
  };
  const std::string zones = "dns: {zones: ";
  CHECK(faults(zones, "z#.example", limits::kDnsZones) == "");
  CHECK_THAT(faults(zones, "z#.example", limits::kDnsZones + 1),
             Contains("at most 64 are allowed"));
  const std::string reverse = "dns: {reverse: ";
  CHECK(faults(reverse, "10.0.#.0/24", limits::kDnsReverseNetworks) == "");
  CHECK_THAT(faults(reverse, "10.0.#.0/24", limits::kDnsReverseNetworks + 1),
             Contains("at most 64 are allowed"));
  const std::string allow = "forward: {allow: ";
  CHECK(faults(allow, "10.0.#.0/24", limits::kForwardNetworks) == "");
  CHECK_THAT(faults(allow, "10.0.#.0/24", limits::kForwardNetworks + 1),
             Contains("at most 64 are allowed"));
  const std::string to = "forward: {to: ";
  CHECK(faults(to, "\"192.0.2.#:53\"", limits::kForwardServers) == "");
  CHECK_THAT(faults(to, "\"192.0.2.#:53\"", limits::kForwardServers + 1),
             Contains("at most 3 are allowed"));
}

TEST_CASE("faults of the responder's settings name the key and what was wanted") {
  CHECK_THAT(parsed("dns: {listen: 'unix:/run/d.sock'}").faults,
             Contains("pointsman.yaml:1:16: dns.listen: found unix:/run/d.sock, wanted"));
  CHECK_THAT(parsed("dns: {zones: []}").faults, Contains("dns.zones: found an empty list"));
  CHECK_THAT(parsed("dns: {zones: [a.b, A.b]}").faults, Contains("stands here twice"));
  CHECK_THAT(parsed("dns: {reverse: 10.0.0.1/8}").faults, Contains("wanted a network like"));
}
