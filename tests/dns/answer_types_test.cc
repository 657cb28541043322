// Types and classes.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

const Lines kWebTargets{"0a000001-1f90.addr.hap.test. 5 IN A 10.0.0.1",
                        "0a000002-1f90.addr.hap.test. 5 IN A 10.0.0.2",
                        "0a000003-1f91.addr.hap.test. 5 IN A 10.0.0.3"};

Lines srv_lines(const std::string& owner) {
  return {owner + ". 5 IN SRV 0 25600 8080 0a000001-1f90.addr.hap.test.",
          owner + ". 5 IN SRV 0 12800 8080 0a000002-1f90.addr.hap.test.",
          owner + ". 5 IN SRV 0 0 8081 0a000003-1f91.addr.hap.test."};
}

void check_nodata(const std::string& query, const std::string& soa) {
  const SeenReply seen = ask(query);
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.flags == "aa");
  CHECK(seen.answers.empty());
  CHECK(seen.authority == Lines{soa});
  CHECK(seen.additional.empty());
}

TEST_CASE("a zone's SOA has the registry's revision as its serial") {
  CHECK(ask("hap.test SOA").answers == Lines{kSoaOfHap});
  CHECK(ask("vh.test SOA").answers == Lines{kSoaOfVh});
  CHECK(ask("0.0.10.in-addr.arpa SOA").answers.size() == 1);
  registry::Revision last;
  last.number = 4294967295;
  const auto built = dns::build_zones(dns::ZoneSpec{}, last);
  DnsAsker client;
  client.zones = built.zones.get();
  CHECK(client.ask("pointsman.internal SOA").answers ==
        Lines{"pointsman.internal. 5 IN SOA ns.pointsman.internal. hostmaster.pointsman.internal. "
              "4294967295 60 30 86400 5"});
}

TEST_CASE("a zone's nameservers come with the addresses that are known here") {
  const SeenReply seen = ask("hap.test NS");
  CHECK(seen.flags == "aa");
  CHECK(seen.answers ==
        Lines{"hap.test. 5 IN NS ns1.hap.test.", "hap.test. 5 IN NS ns2.example.org."});
  CHECK(seen.additional ==
        Lines{"ns1.hap.test. 5 IN A 10.0.0.53", "ns1.hap.test. 5 IN AAAA fd00::53"});
  CHECK(ask("ns1.hap.test AAAA").answers == Lines{"ns1.hap.test. 5 IN AAAA fd00::53"});
}

TEST_CASE("AAAA of a service with IPv4 alone is answered by its zone's SOA") {
  check_nodata("web.service.hap.test AAAA", kSoaOfHap);
}

TEST_CASE("A of a service with IPv6 alone is answered by its zone's SOA") {
  check_nodata("six.service.hap.test A", kSoaOfHap);
  CHECK(ask("six.service.hap.test AAAA").answers ==
        Lines{"six.service.hap.test. 5 IN AAAA fd00::5"});
}

TEST_CASE("a service of both kinds has each at its type") {
  CHECK(ask("dual.service.hap.test A").answers == Lines{"dual.service.hap.test. 5 IN A 10.0.0.4"});
  CHECK(ask("dual.service.hap.test AAAA").answers ==
        Lines{"dual.service.hap.test. 5 IN AAAA fd00::4"});
}

TEST_CASE("SRV lists all instances, those that drain with weight 0") {
  const SeenReply seen = ask("web.service.hap.test SRV +edns=4096");
  CHECK(seen.answers == srv_lines("web.service.hap.test"));
  CHECK(seen.additional == kWebTargets);
}

TEST_CASE("RFC 2782's name of a service has the same records in the same order") {
  const SeenReply seen = ask("_web._tcp.service.hap.test SRV +edns=4096");
  CHECK(seen.answers == srv_lines("_web._tcp.service.hap.test"));
  CHECK(seen.additional == kWebTargets);
  CHECK(ask("_web._tcp.service.hap.test A").answers ==
        Lines{"_web._tcp.service.hap.test. 5 IN A 10.0.0.1",
              "_web._tcp.service.hap.test. 5 IN A 10.0.0.2"});
}

TEST_CASE("services are not there by other protocols") {
  CHECK(ask("_web._udp.service.hap.test SRV").rcode == "NXDOMAIN");
  CHECK(ask("_udp.service.hap.test SRV").rcode == "NXDOMAIN");
}

TEST_CASE("a tag in front of a service narrows it") {
  const std::string name =
      GENERATE("blue.web.service.hap.test", "_blue._web._tcp.service.hap.test");
  CHECK(ask(name + " SRV").answers ==
        Lines{name + ". 5 IN SRV 0 25600 8080 0a000001-1f90.addr.hap.test.",
              name + ". 5 IN SRV 0 0 8081 0a000003-1f91.addr.hap.test."});
  CHECK(ask(name + " A").answers == Lines{name + ". 5 IN A 10.0.0.1"});
  CHECK(ask("red.web.service.hap.test A").rcode == "NXDOMAIN");
}

TEST_CASE("TXT tells what the registry knows of each instance") {
  CHECK(ask("web.service.hap.test TXT").answers ==
        Lines{"web.service.hap.test. 5 IN TXT \"id=i1\" \"address=10.0.0.1:8080\" \"weight=100\" "
              "\"tag=blue\" \"tag=new\"",
              "web.service.hap.test. 5 IN TXT \"id=i2\" \"address=10.0.0.2:8080\" \"weight=50\" "
              "\"tag=green\"",
              "web.service.hap.test. 5 IN TXT \"id=i3\" \"address=10.0.0.3:8081\" \"weight=0\" "
              "\"tag=blue\""});
  CHECK(ask("six.service.hap.test TXT").answers ==
        Lines{"six.service.hap.test. 5 IN TXT \"id=i1\" \"address=[fd00::5]:80\" \"weight=100\""});
}

TEST_CASE("a type that a name does not have is answered by the SOA") {
  const std::string type =
      GENERATE("666", "65280", "0", "OPT", "RRSIG", "DNSKEY", "DS", "NSEC", "CAA", "MX", "HTTPS",
               "SVCB", "PTR", "CNAME", "NS", "SOA", "HINFO", "128", "249", "250", "253", "254");
  check_nodata("web.service.hap.test " + type, kSoaOfHap);
}

TEST_CASE("zones are not transferred") {
  const std::string query = GENERATE("hap.test AXFR", "hap.test IXFR", "example.org AXFR +rd");
  DnsAsker client;
  client.asker.over_tcp = GENERATE(false, true);
  client.asker.may_forward = true;
  const SeenReply seen = client.ask(query);
  CHECK(seen.rcode == "REFUSED");
  CHECK(seen.answers.empty());
  CHECK(seen.authority.empty());
}

TEST_CASE("ANY is answered by one small record") {
  DnsAsker client;
  client.asker.over_tcp = GENERATE(false, true);
  const SeenReply seen = client.ask("web.service.hap.test ANY");
  CHECK(seen.answers == Lines{"web.service.hap.test. 3600 IN HINFO \"RFC8482\" \"\""});
  const std::size_t size = client.bytes.size();
  client.ask("web.service.hap.test A");
  CHECK(size <= client.bytes.size());
  CHECK(client.ask("shop.vh.test ANY").answers ==
        Lines{"shop.vh.test. 3600 IN HINFO \"RFC8482\" \"\""});
  CHECK(client.ask("nope.hap.test ANY").rcode == "NXDOMAIN");
  CHECK(client.ask("service.hap.test ANY").authority == Lines{kSoaOfHap});
}

TEST_CASE("what we are is told if the operator wants it") {
  DnsAsker client;
  const std::string version = GENERATE("version.bind", "VERSION.server");
  const std::string id = GENERATE("id.server", "hostname.BIND");
  CHECK(client.ask(version + " TXT +class=3").rcode == "REFUSED");
  CHECK(client.ask(id + " TXT +class=3").rcode == "REFUSED");
  client.options.version = "Pointsman";
  CHECK(client.ask(version + " TXT +class=3").answers ==
        Lines{version + ". 0 CH TXT \"Pointsman\""});
  CHECK(client.ask(id + " TXT +class=3").rcode == "REFUSED");
  client.options.id_server = "agent-1";
  CHECK(client.ask(id + " TXT +class=3").answers == Lines{id + ". 0 CH TXT \"agent-1\""});
  CHECK(client.ask(id + " A +class=3").rcode == "REFUSED");
  CHECK(client.ask(id + " TXT").rcode == "REFUSED");
}

TEST_CASE("what we are is cut at its limit") {
  DnsAsker client;
  const std::size_t most = limits::kDnsIdentityBytes;
  for (const std::size_t size : {most, most + 1}) {
    client.options.version = client.options.nsid = std::string(size, 'v');
    CHECK(client.ask("version.bind TXT +class=3").answers ==
          Lines{"version.bind. 0 CH TXT \"" + std::string(most, 'v') + "\""});
    CHECK(client.ask("hap.test SOA +nsid").options.size() == 2 * (4 + most));
  }
}

TEST_CASE("other classes are refused") {
  const std::string of_class = GENERATE("3", "4", "0", "254", "255", "2", "65535");
  const SeenReply seen = ask("web.service.hap.test A +class=" + of_class);
  CHECK(seen.rcode == "REFUSED");
  CHECK(seen.flags == "");
}

TEST_CASE("names that are not ours are refused without a hint") {
  const std::string query = GENERATE("example.org A", "example.org A +rd", "xhap.test A",
                                     "hap.test.example A", "1.1.0.10.in-addr.arpa PTR");
  const SeenReply seen = ask(query);
  CHECK(seen.rcode == "REFUSED");
  CHECK(seen.answers.empty());
  CHECK(seen.authority.empty());
  CHECK(seen.additional.empty());
  CHECK(seen.flags == (query.ends_with("+rd") ? "rd" : ""));
}

TEST_CASE("who may have names resolved gets that for names that are not ours") {
  DnsAsker client;
  client.asker.may_forward = true;
  const auto act = [&client](const std::string& query) {
    return client.send(DnsQuery(query).bytes()).act;
  };
  CHECK(act("example.org A +rd") == dns::Reply::Act::kForward);
  CHECK(act("1.2.3.10.in-addr.arpa PTR +rd +edns=1232") == dns::Reply::Act::kForward);
  CHECK(client.ask("example.org A").rcode == "REFUSED");
  CHECK(client.ask("example.org A +rd +version=1").rcode == "BADVERS");
  CHECK(client.ask("example.org A +rd +class=3").rcode == "REFUSED");
  CHECK(client.ask("nope.hap.test A +rd").rcode == "NXDOMAIN");
  client.asker.may_forward = false;
  CHECK(client.ask("example.org A +rd").rcode == "REFUSED");
}

}  // namespace
}  // namespace pointsman::test
