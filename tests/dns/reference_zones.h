// The registry and gateways that the tests of answers ask about: zone hap.test with services and
// gateways, zone vh.test for virtual hosts, and addresses 10.0.0.0/24 in reverse.
#pragma once

#include <string>

#include "base/ip_address.h"
#include "dns/zone_builder.h"

namespace pointsman::test {

inline IpAddress ip(const std::string& text) { return IpAddress::parse(text).value(); }

inline registry::Service many_instances(int count) {
  registry::Service service;
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(10000 + i);
    const std::string address = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    service.instances.push_back({"i" + id, ip(address), 8080});
  }
  return service;
}

inline registry::Revision reference_revision() {
  registry::Revision revision;
  revision.number = 2024;
  auto& services = revision.services;
  services["web"].instances = {{"i1", ip("10.0.0.1"), 8080, 100, {"blue", "new"}},
                               {"i2", ip("10.0.0.2"), 8080, 50, {"green"}},
                               {"i3", ip("10.0.0.3"), 8081, 0, {"blue"}}};
  services["dual"].instances = {{"i1", ip("10.0.0.4"), 80}, {"i2", ip("fd00::4"), 80}};
  services["six"].instances = {{"i1", ip("fd00::5"), 80}};
  services["empty"] = {};
  services["node"].instances = {
      {"i1", ip("10.0.0.9"), 1001}, {"i2", ip("10.0.0.9"), 1002}, {"i3", ip("10.0.0.9"), 1003}};
  services["abcdefghijklmnopqrstuvwxyz"].instances = {{"i1", ip("10.0.0.10"), 80}};
  services["ten"] = many_instances(10);
  services["big"] = many_instances(200);
  services["huge"] = many_instances(3000);
  return revision;
}

inline dns::ZoneSpec reference_spec() {
  dns::ZoneSpec spec;
  spec.zones = {"hap.test", "vh.test"};
  spec.nameservers = {{"ns1.hap.test", {ip("10.0.0.53"), ip("fd00::53")}}, {"ns2.example.org"}};
  spec.reverse = {IpNetwork::parse("10.0.0.0/24").value()};
  spec.gateways = {
      {"web",
       {"shop.vh.test", "vh.test", "*.wild.vh.test"},
       443,
       {ip("10.0.0.80"), ip("10.0.0.81")}},
      {"shop/api", {"x.wild.vh.test", "shop.other.example"}, 0, {ip("10.0.0.80")}},
      {"ext", {"ext.vh.test"}, 0, {}, "www.example.org."},
      {"loop1", {"loop1.vh.test"}, 0, {}, "loop2.vh.test"},
      {"loop2", {"loop2.vh.test"}, 0, {}, "loop1.vh.test"},
      {"gone", {"gone.vh.test"}, 0, {}, "nope.service.hap.test"},
  };
  return spec;
}

inline const dns::Zones& reference_zones() {
  static const dns::BuiltZones built = dns::build_zones(reference_spec(), reference_revision());
  return *built.zones;
}

}  // namespace pointsman::test
