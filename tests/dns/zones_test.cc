#include "dns/zones.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "dns/record.h"
#include "dns/reference_zones.h"

namespace pointsman::test {
namespace {

using dns::Name;
using dns::Zones;

// The node that answers for a name: its own, a wildcard's, "-" for none, "" outside of all zones.
std::string owner_of(const Zones& zones, const std::string& name) {
  const Zones::Found found = zones.find(Name::parse(name).value());
  if (found.zone == nullptr) return "";
  if (!found.node) return "-";
  return Name::read(as_bytes(found.owner)).value().to_text();
}

TEST_CASE("the zone of a name is the one with the longest apex") {
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"test", "b.a.test", "other.example"}},
                                      registry::Revision{});
  const auto apex_of = [&](const char* name) {
    const Zones::Zone* const zone = built.zones->find(Name::parse(name).value()).zone;
    return zone == nullptr ? "" : zone->apex.to_text();
  };
  CHECK(apex_of("test") == "test");
  CHECK(apex_of("x.a.test") == "test");
  CHECK(apex_of("a.test") == "test");
  CHECK(apex_of("b.a.test") == "b.a.test");
  CHECK(apex_of("x.y.b.a.test") == "b.a.test");
  CHECK(apex_of("x.other.example") == "other.example");
  CHECK(apex_of("example") == "");
  CHECK(apex_of("xtest") == "");
  CHECK(apex_of(".") == "");
}

TEST_CASE("a name that is not there tells its zone") {
  const Zones::Found found = reference_zones().find(Name::parse("nope.hap.test").value());
  CHECK_FALSE(found.node.has_value());
  CHECK(found.owner == Name::parse("hap.test").value().wire());
}

TEST_CASE("a name has sets by type") {
  const Zones& zones = reference_zones();
  const Zones::Found found = zones.find(Name::parse("web.service.hap.test").value());
  REQUIRE(found.node.has_value());
  CHECK(zones.find_set(*found.node, dns::type::kSrv)->count == 3);
  CHECK(zones.find_set(*found.node, dns::type::kAaaa) == nullptr);
}

// RFC 4592 by its words, over a plain list of names.
std::string expected_owner(const std::vector<std::string>& hosts, std::string name) {
  const auto exists = [&hosts](const std::string& wanted) {
    return wanted == "vh.test" || std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) {
             return host == wanted || host.ends_with("." + wanted);
           });
  };
  if (exists(name)) return name;
  while (!exists(name)) name.erase(0, name.find('.') + 1);
  return exists("*." + name) ? "*." + name : "-";
}

TEST_CASE("wildcards are found as RFC 4592 says") {
  const unsigned seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto random_name = [&random](bool wildcard) {
    std::string name = "vh.test";
    for (auto labels = random() % 4; labels > 0; --labels) {
      name = std::string(1, static_cast<char>('a' + random() % 3)) + "." + name;
    }
    return (wildcard ? "*." : "") + name;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> hosts;
    for (int i = 0; i < 4; ++i) hosts.push_back(random_name(random() % 2 == 0));
    dns::ZoneSpec spec;
    spec.zones = {"hap.test", "vh.test"};
    spec.gateways = {{"web", hosts, 80, {ip("10.0.0.1")}}};
    const auto built = dns::build_zones(spec, registry::Revision{});
    for (int i = 0; i < 30; ++i) {
      const std::string name = random_name(false);
      CAPTURE(hosts, name);
      CHECK(owner_of(*built.zones, name) == expected_owner(hosts, name));
    }
  }
}

}  // namespace
}  // namespace pointsman::test
