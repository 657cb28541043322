// What is not there, what is there without records, wildcards, and names that stand for others.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

const Lines kGateway{"web.gateway.hap.test. 5 IN A 10.0.0.80",
                     "web.gateway.hap.test. 5 IN A 10.0.0.81"};

Lines operator+(Lines left, const Lines& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

void check_nodata(const std::string& query, const std::string& soa) {
  const SeenReply seen = ask(query);
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers.empty());
  CHECK(seen.authority == Lines{soa});
}

TEST_CASE("a name that is not there is answered by its zone's SOA") {
  const SeenReply seen = ask("nope.service.hap.test A +edns=1232");
  CHECK(seen.rcode == "NXDOMAIN");
  CHECK(seen.flags == "aa");
  CHECK(seen.answers.empty());
  CHECK(seen.authority == Lines{kSoaOfHap});
  CHECK(seen.additional.empty());
  CHECK(seen.opt_last);
}

TEST_CASE("a name that others are below exists") {
  const std::string query =
      GENERATE("service.hap.test A", "_tcp.service.hap.test A", "addr.hap.test TXT",
               "gateway.hap.test A", "shop.gateway.hap.test SRV");
  check_nodata(query, kSoaOfHap);
}

TEST_CASE("the names above services exist while there is no service") {
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, registry::Revision{});
  DnsAsker client;
  client.zones = built.zones.get();
  CHECK(client.ask("service.hap.test A").rcode == "NOERROR");
  CHECK(client.ask("_tcp.service.hap.test A").rcode == "NOERROR");
  CHECK(client.ask("web.service.hap.test A").rcode == "NXDOMAIN");
}

TEST_CASE("below a name without records, other names are not there") {
  const std::string query = GENERATE("a.b.service.hap.test A", "x.addr.hap.test A",
                                     "a.web.service.hap.test A", "x._tcp.service.hap.test A");
  CHECK(ask(query).rcode == "NXDOMAIN");
}

TEST_CASE("a service without instances is a name without records") {
  check_nodata("empty.service.hap.test A", kSoaOfHap);
  check_nodata("empty.service.hap.test SRV", kSoaOfHap);
  check_nodata("_empty._tcp.service.hap.test SRV", kSoaOfHap);
}

TEST_CASE("a service whose instances all drain has them in SRV alone") {
  registry::Revision revision;
  revision.services["web"].instances = {{"i1", ip("10.0.0.1"), 80, 0}};
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, revision);
  DnsAsker client;
  client.zones = built.zones.get();
  CHECK(client.ask("web.service.hap.test A").answers.empty());
  CHECK(client.ask("web.service.hap.test SRV").answers.size() == 1);
}

TEST_CASE("a virtual host is its gateway by another name") {
  const SeenReply seen = ask("shop.vh.test A");
  CHECK(seen.flags == "aa");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == Lines{"shop.vh.test. 5 IN CNAME web.gateway.hap.test."} + kGateway);
}

TEST_CASE("a virtual host's CNAME can be asked for alone") {
  CHECK(ask("shop.vh.test CNAME").answers ==
        Lines{"shop.vh.test. 5 IN CNAME web.gateway.hap.test."});
}

TEST_CASE("what a gateway does not have is answered by the SOA of its zone") {
  const SeenReply seen = ask("shop.vh.test AAAA");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == Lines{"shop.vh.test. 5 IN CNAME web.gateway.hap.test."});
  CHECK(seen.authority == Lines{kSoaOfHap});
}

TEST_CASE("a gateway has SRV, by a virtual host's name too") {
  const SeenReply seen = ask("shop.vh.test SRV +edns=4096");
  CHECK(seen.answers ==
        Lines{"shop.vh.test. 5 IN CNAME web.gateway.hap.test.",
              "web.gateway.hap.test. 5 IN SRV 0 25600 443 0a000050-01bb.addr.hap.test.",
              "web.gateway.hap.test. 5 IN SRV 0 25600 443 0a000051-01bb.addr.hap.test."});
  CHECK(seen.additional == Lines{"0a000050-01bb.addr.hap.test. 5 IN A 10.0.0.80",
                                 "0a000051-01bb.addr.hap.test. 5 IN A 10.0.0.81"});
  CHECK(ask("0a000050-01bb.addr.hap.test A").rcode == "NOERROR");
}

TEST_CASE("a gateway's name has its segments reversed") {
  CHECK(ask("api.shop.gateway.hap.test A").answers ==
        Lines{"api.shop.gateway.hap.test. 5 IN A 10.0.0.80"});
  check_nodata("api.shop.gateway.hap.test SRV", kSoaOfHap);
}

TEST_CASE("a name elsewhere is left to resolvers") {
  const SeenReply seen = ask("ext.vh.test A +rd");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == Lines{"ext.vh.test. 5 IN CNAME ext.gateway.hap.test.",
                              "ext.gateway.hap.test. 5 IN CNAME www.example.org."});
  CHECK(seen.authority.empty());
}

TEST_CASE("names that stand for each other end when the first comes again") {
  const SeenReply seen = ask("loop1.vh.test A");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == Lines{"loop1.vh.test. 5 IN CNAME loop1.gateway.hap.test.",
                              "loop1.gateway.hap.test. 5 IN CNAME loop2.vh.test.",
                              "loop2.vh.test. 5 IN CNAME loop2.gateway.hap.test.",
                              "loop2.gateway.hap.test. 5 IN CNAME loop1.vh.test."});
}

TEST_CASE("two names that stand for the same are two steps of a chain") {
  dns::ZoneSpec spec;
  spec.zones = {"hap.test", "vh.test"};
  spec.gateways = {{"web", {"a.vh.test", "b.vh.test", "*.wild.vh.test"}, 0, {}, "b.vh.test"},
                   {"wild", {"c.vh.test"}, 0, {}, "d.wild.vh.test"}};
  const auto built = dns::build_zones(spec, registry::Revision{});
  DnsAsker client;
  client.zones = built.zones.get();
  const Lines rest{"web.gateway.hap.test. 5 IN CNAME b.vh.test.",
                   "b.vh.test. 5 IN CNAME web.gateway.hap.test."};
  CHECK(client.ask("a.vh.test A").answers ==
        Lines{"a.vh.test. 5 IN CNAME web.gateway.hap.test."} + rest);
  CHECK(client.ask("c.vh.test A").answers ==
        Lines{"c.vh.test. 5 IN CNAME wild.gateway.hap.test.",
              "wild.gateway.hap.test. 5 IN CNAME d.wild.vh.test.",
              "d.wild.vh.test. 5 IN CNAME web.gateway.hap.test."} +
            rest);
}

TEST_CASE("a chain of names is followed to its limit") {
  dns::ZoneSpec spec;
  spec.zones = {"hap.test"};
  const int most = limits::kDnsCnameChain;
  for (int i = 0; i <= most; ++i) {
    spec.gateways.push_back(
        {"g" + std::to_string(i), {}, 0, {}, "g" + std::to_string(i + 1) + ".gateway.hap.test"});
  }
  spec.gateways.push_back({"g" + std::to_string(most + 1), {}, 0, {ip("10.0.0.1")}});
  const auto built = dns::build_zones(spec, registry::Revision{});
  DnsAsker client;
  client.zones = built.zones.get();
  const SeenReply within = client.ask("g1.gateway.hap.test A");
  CHECK(within.answers.size() == static_cast<std::size_t>(most) + 1);
  CHECK(within.answers.back().ends_with("IN A 10.0.0.1"));
  const SeenReply beyond = client.ask("g0.gateway.hap.test A");
  CHECK(beyond.answers.size() == static_cast<std::size_t>(most));
  CHECK(beyond.answers.back().find("CNAME") != std::string::npos);
  CHECK(beyond.rcode == "NOERROR");
}

TEST_CASE("a virtual host of a gateway whose nodes are not there is not there") {
  const SeenReply seen = ask("gone.vh.test A");
  CHECK(seen.rcode == "NXDOMAIN");
  CHECK(seen.answers == Lines{"gone.vh.test. 5 IN CNAME gone.gateway.hap.test.",
                              "gone.gateway.hap.test. 5 IN CNAME nope.service.hap.test."});
  CHECK(seen.authority == Lines{kSoaOfHap});
}

TEST_CASE("a wildcard answers in the asked name, in its case") {
  const SeenReply seen = ask("a.B.wild.vh.test A");
  CHECK(seen.answers == Lines{"a.B.wild.vh.test. 5 IN CNAME web.gateway.hap.test."} + kGateway);
}

TEST_CASE("the name under a wildcard is not covered by it") {
  check_nodata("wild.vh.test A", kSoaOfVh);
}

TEST_CASE("a wildcard can be asked for by its own name") {
  CHECK(ask("*.wild.vh.test A").answers ==
        Lines{"*.wild.vh.test. 5 IN CNAME web.gateway.hap.test."} + kGateway);
}

TEST_CASE("a name of its own, and what is below it, is not covered by the wildcard beside it") {
  const SeenReply seen = ask("x.wild.vh.test AAAA");
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == Lines{"x.wild.vh.test. 5 IN CNAME api.shop.gateway.hap.test."});
  CHECK(seen.authority == Lines{kSoaOfHap});
  CHECK(ask("y.x.wild.vh.test A").rcode == "NXDOMAIN");
}

TEST_CASE("a virtual host at a zone's apex has its gateway's own records") {
  CHECK(ask("vh.test A").answers ==
        Lines{"vh.test. 5 IN A 10.0.0.80", "vh.test. 5 IN A 10.0.0.81"});
  CHECK(ask("vh.test SRV").answers.size() == 2);
  CHECK(ask("vh.test SOA").answers == Lines{kSoaOfVh});
  CHECK(ask("vh.test NS").answers.size() == 2);
  check_nodata("vh.test AAAA", kSoaOfVh);
  check_nodata("vh.test CNAME", kSoaOfVh);
}

TEST_CASE("an address in reverse is the names of its ports") {
  CHECK(ask("1.0.0.10.in-addr.arpa PTR").answers ==
        Lines{"1.0.0.10.in-addr.arpa. 5 IN PTR 0a000001-1f90.addr.hap.test."});
  CHECK(ask("9.0.0.10.in-addr.arpa PTR").answers.size() == 3);
}

TEST_CASE("an address in reverse that nobody has is not there") {
  const SeenReply seen = ask("99.0.0.10.in-addr.arpa PTR");
  CHECK(seen.rcode == "NXDOMAIN");
  CHECK(seen.authority == Lines{"0.0.10.in-addr.arpa. 5 IN SOA ns1.hap.test. "
                                "hostmaster.0.0.10.in-addr.arpa. 2024 60 30 86400 5"});
}

TEST_CASE("addresses of other networks in reverse are not ours") {
  CHECK(ask("1.0.1.10.in-addr.arpa PTR").rcode == "REFUSED");
  CHECK(ask("5.0.0.0.ip6.arpa PTR").rcode == "REFUSED");
}

TEST_CASE("names are never made up of the addresses in them") {
  CHECK(ask("0a000063-1f90.addr.hap.test A").rcode == "NXDOMAIN");
  CHECK(ask("0a000001-1f91.addr.hap.test A").rcode == "NXDOMAIN");
  CHECK(ask("0a000001-1f90.addr.hap.test A").answers ==
        Lines{"0a000001-1f90.addr.hap.test. 5 IN A 10.0.0.1"});
  check_nodata("0a000001-1f90.addr.hap.test AAAA", kSoaOfHap);
  CHECK(ask("fd000000000000000000000000000005-0050.addr.hap.test AAAA").answers ==
        Lines{"fd000000000000000000000000000005-0050.addr.hap.test. 5 IN AAAA fd00::5"});
}

TEST_CASE("a SOA that does not fit truncates the answer") {
  dns::ZoneSpec spec;
  const std::string label(60, 'z');
  spec.zones = {label + "." + label + "." + label};
  const auto built = dns::build_zones(spec, registry::Revision{});
  DnsAsker client;
  client.zones = built.zones.get();
  const SeenReply seen = client.ask("nope." + spec.zones[0] + " A");
  CHECK(seen.rcode == "NXDOMAIN");
  CHECK(seen.flags == "aa tc");
  CHECK(client.ask("nope." + spec.zones[0] + " A +edns=4096").authority.size() == 1);
}

}  // namespace
}  // namespace pointsman::test
