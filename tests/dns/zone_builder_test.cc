// What is made of a revision and the gateways, and what is left out of it, with which words.
#include "dns/zone_builder.h"

#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

using dns::build_zones;
using dns::BuiltZones;
using dns::ZoneSpec;

const registry::Revision kNothing;

SeenReply ask_in(const BuiltZones& built, const std::string& query) {
  DnsAsker client = DnsAsker::by_tcp();
  client.zones = built.zones.get();
  return client.ask(query);
}

TEST_CASE("without settings there is pointsman.internal with names for five seconds") {
  registry::Revision revision;
  revision.services["web"].instances = {{"i1", ip("10.0.0.1"), 80}};
  const BuiltZones built = build_zones(ZoneSpec{}, revision);
  CHECK(built.left_out.empty());
  CHECK(ask_in(built, "web.service.pointsman.internal A").answers ==
        Lines{"web.service.pointsman.internal. 5 IN A 10.0.0.1"});
  CHECK(ask_in(built, "pointsman.internal NS").answers ==
        Lines{"pointsman.internal. 5 IN NS ns.pointsman.internal."});
}

TEST_CASE("all records have the TTL that is set") {
  ZoneSpec spec = reference_spec();
  spec.ttl = std::chrono::seconds(30);
  const BuiltZones built = build_zones(spec, reference_revision());
  for (const std::string query :
       {"web.service.hap.test SRV", "web.service.hap.test TXT", "hap.test NS", "shop.vh.test A",
        "1.0.0.10.in-addr.arpa PTR", "dual.service.hap.test AAAA", "nope.hap.test A"}) {
    const SeenReply seen = ask_in(built, query);
    for (const Lines& lines : {seen.answers, seen.authority, seen.additional}) {
      for (const std::string& line : lines) CHECK(line.find(" 30 IN ") != std::string::npos);
    }
  }
  CHECK(ask_in(built, "hap.test SOA").answers[0].ends_with(" 86400 30"));
}

TEST_CASE("a TTL is within what DNS allows") {
  ZoneSpec spec;
  spec.ttl = std::chrono::seconds(-1);
  CHECK(ask_in(build_zones(spec, kNothing), "pointsman.internal NS").answers[0].find(" 0 IN ") !=
        std::string::npos);
  spec.ttl = std::chrono::seconds(0x80000000);
  CHECK(ask_in(build_zones(spec, kNothing), "pointsman.internal NS")
            .answers[0]
            .find(" 2147483647 IN ") != std::string::npos);
}

TEST_CASE("without a zone every name is somebody else's") {
  ZoneSpec spec;
  spec.zones = {};
  const BuiltZones built = build_zones(spec, reference_revision());
  CHECK(ask_in(built, "web.service.pointsman.internal A").rcode == "REFUSED");
}

TEST_CASE("services are in the first zone alone, so that others can be public") {
  const BuiltZones built = build_zones(reference_spec(), reference_revision());
  CHECK(ask_in(built, "web.service.vh.test A").rcode == "NXDOMAIN");
}

TEST_CASE("the reference zones leave nothing out") {
  CHECK(build_zones(reference_spec(), reference_revision()).left_out.empty());
}

TEST_CASE("what is no zone is left out") {
  ZoneSpec spec;
  spec.zones = {"a..b", ".", "hap.test", "HAP.test."};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out == Lines{"a..b: is not the name of a zone", ".: is not the name of a zone",
                                "HAP.test.: is listed twice"});
  CHECK(ask_in(built, "hap.test SOA").rcode == "NOERROR");
}

TEST_CASE("names that are too long are left out, and nothing else") {
  registry::Revision revision;
  const std::string most(limits::kDnsLabelBytes, 's');
  revision.services[most].instances = {
      {"i1", ip("10.0.0.1"), 80, 100, {"", std::string(64, 't'), "*"}}};
  const BuiltZones built = build_zones(ZoneSpec{.zones = {"hap.test"}}, revision);
  CHECK(ask_in(built, most + ".service.hap.test A").answers.size() == 1);
  CHECK(ask_in(built, "x." + most + ".service.hap.test A").rcode == "NXDOMAIN");
  CHECK(built.left_out.size() == 7);  // the underscored service, and each tag's two names
  CHECK(built.left_out[0] ==
        "_" + most + ": is not a name in DNS: labels have 1 to 63 bytes, names 255 at most");
}

TEST_CASE("a zone whose name leaves no room for others has itself") {
  ZoneSpec spec;
  const std::string label(60, 'z');
  spec.zones = {label + "." + label + "." + label + "." + label};
  registry::Revision revision;
  revision.services["web"].instances = {{"i1", ip("10.0.0.1"), 80}};
  spec.gateways = {{"web", {spec.zones[0]}, 80, {ip("10.0.0.1")}}};
  const BuiltZones built = build_zones(spec, revision);
  CHECK_FALSE(built.left_out.empty());
  CHECK(ask_in(built, spec.zones[0] + " SOA").answers.size() == 1);
  CHECK(ask_in(built, spec.zones[0] + " NS").rcode == "NOERROR");
}

TEST_CASE("a tag that spells another name is left out") {
  registry::Revision revision;
  revision.services["_tcp"].instances = {{"i1", ip("10.0.0.1"), 80, 100, {"_web"}}};
  revision.services["web"].instances = {{"i1", ip("10.0.0.2"), 80}};
  const BuiltZones built = build_zones(ZoneSpec{.zones = {"hap.test"}}, revision);
  CHECK(built.left_out == Lines{"_web: has other records already, as _web._tcp.service.hap.test"});
  CHECK(ask_in(built, "_web._tcp.service.hap.test A").rcode == "NOERROR");
}

TEST_CASE("a gateway's addresses count once each") {
  ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.gateways = {{"web", {}, 80, {ip("10.0.0.1"), ip("10.0.0.1"), ip("fd00::1")}}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(ask_in(built, "web.gateway.hap.test A").answers.size() == 1);
  CHECK(ask_in(built, "web.gateway.hap.test AAAA").answers.size() == 1);
  CHECK(ask_in(built, "web.gateway.hap.test SRV").answers.size() == 2);
}

TEST_CASE("virtual hosts are there if a zone has them, and take no name of ours") {
  ZoneSpec spec;
  spec.zones = {"hap.test", "vh.test"};
  spec.gateways = {
      {"web",
       {"*", "shop.example", "*.shop.example", "a.service.hap.test", "gateway.hap.test",
        "x.addr.hap.test", "shop.hap.test", "*.vh.test", "xservice.hap.test"},
       80,
       {ip("10.0.0.1")}}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out == Lines{"a.service.hap.test: is among the names that Pointsman makes",
                                "gateway.hap.test: is among the names that Pointsman makes",
                                "x.addr.hap.test: is among the names that Pointsman makes"});
  CHECK(ask_in(built, "shop.hap.test A").answers.size() == 2);
  CHECK(ask_in(built, "xservice.hap.test A").answers.size() == 2);
  CHECK(ask_in(built, "any.thing.vh.test A").answers.size() == 2);
  CHECK(ask_in(built, "any.thing.hap.test A").rcode == "NXDOMAIN");
}

TEST_CASE("of two gateways with one virtual host or name, the first has it") {
  ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.gateways = {{"one", {"shop.hap.test"}, 80, {ip("10.0.0.1")}},
                   {"ONE", {"shop.hap.test"}, 80, {ip("10.0.0.2")}}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out == Lines{"ONE: has other records already, as one.gateway.hap.test",
                                "shop.hap.test: has other records already, as shop.hap.test"});
  CHECK(ask_in(built, "shop.hap.test A").answers[1] == "one.gateway.hap.test. 5 IN A 10.0.0.1");
}

TEST_CASE("a gateway's name may have any bytes but is no wildcard") {
  ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.gateways = {{"a.b:c/D@e", {}, 80, {ip("10.0.0.1")}}, {"x/*", {}, 80, {ip("10.0.0.2")}}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(ask_in(built, "d@e.a\\.b:c.gateway.hap.test A").answers.size() == 1);
  CHECK(ask_in(built, "y.x.gateway.hap.test A").rcode == "NXDOMAIN");
  CHECK(built.left_out.size() == 1);
}

TEST_CASE("a gateway whose name does not fit leaves nothing behind") {
  ZoneSpec spec = reference_spec();
  spec.gateways = {{std::string(64, 'k'), {"long.vh.test", "vh.test"}, 8443, {ip("10.0.0.90")}}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out.size() == 1);
  for (const char* query :
       {"0a00005a-20fb.addr.hap.test A", "90.0.0.10.in-addr.arpa PTR", "long.vh.test A"}) {
    CHECK(ask_in(built, query).rcode == "NXDOMAIN");
  }
  CHECK(ask_in(built, "vh.test A").answers.empty());
}

TEST_CASE("a gateway whose alias is no name has no records") {
  ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.gateways = {{"web", {"hap.test"}, 80, {}, "a..b"}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out == Lines{"a..b: is not a name in DNS"});
  CHECK(ask_in(built, "web.gateway.hap.test A").rcode == "NOERROR");
}

TEST_CASE("a gateway known by another name has nothing to be put at an apex") {
  ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.gateways = {{"web", {"hap.test"}, 80, {}, "lb.example.org"}};
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(ask_in(built, "hap.test A").answers.empty());
  CHECK(ask_in(built, "hap.test SOA").answers.size() == 1);
}

// So many zones, networks or nameservers, and whether one was left out.
bool leaves_one_out(const ZoneSpec& spec) {
  const BuiltZones built = build_zones(spec, kNothing);
  CHECK(built.left_out.size() <= 1);
  return !built.left_out.empty();
}

TEST_CASE("zones, networks and nameservers are bounded") {
  ZoneSpec spec;
  while (spec.zones.size() < limits::kDnsZones) {
    spec.zones.push_back("z" + std::to_string(spec.zones.size()) + ".test");
  }
  while (spec.reverse.size() < limits::kDnsReverseNetworks) {
    const auto text = "10." + std::to_string(spec.reverse.size()) + ".0.0/16";
    spec.reverse.push_back(IpNetwork::parse(text).value());
  }
  while (spec.nameservers.size() < limits::kDnsNameservers) {
    spec.nameservers.push_back({"ns" + std::to_string(spec.nameservers.size()) + ".example"});
  }
  CHECK_FALSE(leaves_one_out(spec));
  ZoneSpec more = spec;
  more.zones.push_back("more.test");
  CHECK(leaves_one_out(more));
  more = spec;
  more.reverse.push_back(IpNetwork::parse("192.168.0.0/16").value());
  CHECK(leaves_one_out(more));
  more = spec;
  more.nameservers.push_back({"more.example"});
  CHECK(leaves_one_out(more));
}

TEST_CASE("an address in IPv6 has its name in reverse") {
  ZoneSpec spec = reference_spec();
  spec.reverse.push_back(IpNetwork::parse("fd00::/16").value());
  const BuiltZones built = build_zones(spec, reference_revision());
  const std::string zeros =
      "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa";
  CHECK(ask_in(built, zeros + " PTR").answers ==
        Lines{zeros + ". 5 IN PTR fd000000000000000000000000000005-0050.addr.hap.test."});
  CHECK(ask_in(built, "0.0.0.0.d.f.ip6.arpa PTR").rcode == "NOERROR");
}

TEST_CASE("an address that several services have is named once") {
  registry::Revision revision;
  revision.services["a"].instances = {{"i", ip("10.0.0.1"), 80}};
  revision.services["b"].instances = {{"i", ip("10.0.0.1"), 80}};
  ZoneSpec spec{.zones = {"hap.test"}};
  spec.reverse = {IpNetwork::parse("10.0.0.0/8").value()};
  const BuiltZones built = build_zones(spec, revision);
  CHECK(built.left_out.empty());
  CHECK(ask_in(built, "1.0.0.10.in-addr.arpa PTR").answers.size() == 1);
  CHECK(ask_in(built, "b.service.hap.test SRV").additional.size() == 1);
}

TEST_CASE("an instance with more tags than a record holds is told with some of them") {
  registry::Revision revision;
  registry::Instance instance{std::string(300, 'i'), ip("10.0.0.1"), 80};
  for (int i = 1000; i < 6000; ++i) instance.tags.push_back("tag" + std::to_string(i));
  revision.services["web"].instances = {instance};
  const BuiltZones built = build_zones(ZoneSpec{.zones = {"hap.test"}}, revision);
  CHECK(ask_in(built, "web.service.hap.test TXT").answers.size() == 1);
  CHECK(ask_in(built, "tag5999.web.service.hap.test A").answers.size() == 1);
}

}  // namespace
}  // namespace pointsman::test
