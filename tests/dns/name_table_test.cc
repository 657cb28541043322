#include "dns/name_table.h"

#include <catch2/catch.hpp>

#include "dns/record.h"

namespace pointsman::dns {
namespace {

Name named(std::string_view text) { return Name::parse(text).value(); }

// A set of one address record, in a range of its own.
SetRange address_set(NameTable& table, const char* address) {
  const IpAddress parsed = IpAddress::parse(address).value();
  table.begin_range();
  table.begin_set(parsed.is_v4() ? type::kA : type::kAaaa);
  append_address(table.records(), 5, parsed);
  table.end_record();
  table.end_set();
  return table.range();
}

// A table with this zone, whose apex has a SOA.
NameTable with_zone(std::initializer_list<std::string_view> apexes) {
  NameTable table(10);
  for (const std::string_view apex : apexes) REQUIRE(table.add_zone(named(apex)));
  for (const std::string_view apex : apexes) {
    table.begin_range();
    table.begin_set(type::kSoa);
    append_soa(table.records(), 5, {});
    table.end_record();
    table.end_set();
    REQUIRE(table.add_name(named(apex), table.range()));
  }
  return table;
}

std::size_t set_count(const Zones& zones, std::string_view name) {
  const Zones::Found found = zones.find(named(name));
  REQUIRE(found.node.has_value());
  return zones.sets(*found.node).size();
}

TEST_CASE("a zone is added once") {
  NameTable table(10);
  CHECK(table.add_zone(named("hap.test")));
  CHECK_FALSE(table.add_zone(named("HAP.test")));
}

TEST_CASE("the names above a name exist, up to its zone") {
  NameTable table = with_zone({"hap.test"});
  CHECK(table.add_name(named("a.b.c.hap.test"), address_set(table, "10.0.0.1")));
  CHECK(table.contains(named("b.c.hap.test")));
  CHECK(table.contains(named("c.hap.test")));
  CHECK_FALSE(table.contains(named("test")));
}

TEST_CASE("the names above a zone exist in the zone around it") {
  NameTable table = with_zone({"test", "a.b.test"});
  const Zones zones(table.finish());
  CHECK(set_count(zones, "b.test") == 0);
  CHECK(zones.find(named("b.test")).zone->apex == named("test"));
  CHECK(zones.find(named("x.a.b.test")).zone->apex == named("a.b.test"));
}

TEST_CASE("a name gets more records unless they are of a type that it has") {
  NameTable table = with_zone({"hap.test"});
  const Name name = named("a.hap.test");
  CHECK(table.add_name(name, address_set(table, "10.0.0.1")));
  CHECK(table.add_name(name, {}));
  CHECK(table.add_name(name, address_set(table, "fd00::1")));
  CHECK_FALSE(table.add_name(name, address_set(table, "10.0.0.2")));
  table.begin_range();
  table.begin_set(type::kCname);
  append_name(table.records(), type::kCname, 5, name);
  table.end_record();
  table.end_set();
  CHECK_FALSE(table.add_name(name, table.range()));
  CHECK(table.add_name(named("b.hap.test"), table.range()));
  const SetRange address = address_set(table, "10.0.0.3");
  CHECK_FALSE(table.add_name(named("b.hap.test"), address));
  const Zones zones(table.finish());
  CHECK(set_count(zones, "a.hap.test") == 2);
  CHECK(set_count(zones, "b.hap.test") == 1);
}

TEST_CASE("a set without records is none") {
  NameTable table = with_zone({"hap.test"});
  table.begin_range();
  table.begin_set(type::kA);
  table.end_set();
  CHECK(table.range().count == 0);
}

TEST_CASE("glue of IPv4 comes first, in the order in which it was added") {
  NameTable table = with_zone({"hap.test"});
  table.begin_range();
  table.begin_set(type::kA);
  append_address(table.records(), 5, IpAddress::parse("10.0.0.9").value());
  table.end_record();
  std::uint32_t place = 0;
  for (const char* const address : {"fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"}) {
    table.add_glue(place++, 5, IpAddress::parse(address).value());
  }
  table.end_set();
  CHECK(table.add_name(named("a.hap.test"), table.range()));
  const Zones zones(table.finish());
  std::vector<std::uint32_t> order;
  const Zones::Found found = zones.find(named("a.hap.test"));
  for (const Glue& glue : zones.find_set(*found.node, type::kA)->glue) order.push_back(glue.target);
  CHECK(order == std::vector<std::uint32_t>{1, 3, 0, 2});
}

}  // namespace
}  // namespace pointsman::dns
