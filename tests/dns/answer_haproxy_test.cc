// What HAProxy's resolver needs of an answer to fill its slots in one round trip and keep them.
#include <set>

#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

std::string type_of(const std::string& line) {
  const std::size_t start = line.find(" IN ") + 4;
  return line.substr(start, line.find(' ', start) - start);
}

TEST_CASE("SRV comes with the addresses of all targets, and OPT behind them") {
  const SeenReply seen = ask("web.service.hap.test SRV +edns=65535");
  std::set<std::string> targets;
  for (const std::string& line : seen.answers) targets.insert(line.substr(line.rfind(' ') + 1));
  std::set<std::string> owners;
  for (const std::string& line : seen.additional) owners.insert(line.substr(0, line.find(' ')));
  CHECK(targets.size() == 3);
  CHECK(targets == owners);
  CHECK(seen.opt_last);
}

TEST_CASE("nothing but addresses is in the additional section, IPv4 before IPv6") {
  registry::Revision revision;
  revision.services["web"].instances = {{"a", ip("fd00::1"), 80, 100, {"x"}},
                                        {"b", ip("10.0.0.1"), 80, 100, {"x"}},
                                        {"c", ip("fd00::2"), 80},
                                        {"d", ip("10.0.0.2"), 80}};
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, revision);
  DnsAsker client;
  client.zones = built.zones.get();
  const SeenReply seen = client.ask("web.service.hap.test SRV +edns=65535");
  Lines types;
  for (const std::string& line : seen.additional) types.push_back(type_of(line));
  CHECK(types == Lines{"A", "A", "AAAA", "AAAA"});
  CHECK(seen.additional[0] == "0a000001-0050.addr.hap.test. 5 IN A 10.0.0.1");
  CHECK(seen.additional[3].starts_with("fd000000000000000000000000000002-0050.addr.hap.test."));
  CHECK(client.ask("x.web.service.hap.test SRV +edns=65535").additional.size() == 2);
}

TEST_CASE("an answer has no authority section") {
  const std::string query =
      GENERATE("web.service.hap.test SRV", "web.service.hap.test A", "shop.vh.test SRV",
               "big.service.hap.test SRV", "hap.test NS", "1.0.0.10.in-addr.arpa PTR");
  CHECK(ask(query + " +edns=65535").authority.empty());
  CHECK(ask(query).authority.empty());
}

TEST_CASE("each port of an address has a target of its own") {
  const SeenReply seen = ask("node.service.hap.test SRV +edns=65535");
  CHECK(seen.answers ==
        Lines{"node.service.hap.test. 5 IN SRV 0 25600 1001 0a000009-03e9.addr.hap.test.",
              "node.service.hap.test. 5 IN SRV 0 25600 1002 0a000009-03ea.addr.hap.test.",
              "node.service.hap.test. 5 IN SRV 0 25600 1003 0a000009-03eb.addr.hap.test."});
  CHECK(seen.additional.size() == 3);
  CHECK(ask("node.service.hap.test A").answers == Lines{"node.service.hap.test. 5 IN A 10.0.0.9"});
}

TEST_CASE("an instance that moves has a new target, and the old one is gone") {
  registry::Revision revision;
  revision.services["web"].instances = {{"i1", ip("10.0.0.1"), 80}};
  const dns::ZoneSpec spec{.zones = {"hap.test"}};
  const auto before = dns::build_zones(spec, revision);
  revision.services["web"].instances[0].address = ip("10.0.0.2");
  const auto after = dns::build_zones(spec, revision);
  DnsAsker client;
  client.zones = before.zones.get();
  const Lines old_answers = client.ask("web.service.hap.test SRV").answers;
  client.zones = after.zones.get();
  CHECK(client.ask("web.service.hap.test SRV").answers != old_answers);
  CHECK(client.ask("0a000001-0050.addr.hap.test A").rcode == "NXDOMAIN");
}

TEST_CASE("the names in an answer are in lower case whatever is asked") {
  const SeenReply seen = ask("WEB.SERVICE.HAP.TEST SRV +edns=65535");
  CHECK(seen.answers[0].ends_with(" 0a000001-1f90.addr.hap.test."));
  CHECK(seen.additional[0].starts_with("0a000001-1f90.addr.hap.test."));
  CHECK(ask("SHOP.VH.TEST A").answers[0] == "SHOP.VH.TEST. 5 IN CNAME web.gateway.hap.test.");
}

TEST_CASE("the same question has the same answer, in the order of ids") {
  DnsAsker client;
  client.ask("big.service.hap.test SRV +edns=65535");
  const ByteBuffer first = client.bytes;
  client.ask("big.service.hap.test SRV +edns=65535");
  CHECK(client.bytes == first);
}

TEST_CASE("HAProxy reads the weight that was registered") {
  registry::Revision revision;
  for (const int weight : {0, 1, 50, 100, 255, 256}) {
    revision.services["w" + std::to_string(weight)].instances = {
        {"i", ip("10.0.0.1"), 80, static_cast<std::uint16_t>(weight)}};
  }
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, revision);
  DnsAsker client;
  client.zones = built.zones.get();
  for (const int weight : {0, 1, 50, 100, 255, 256}) {
    const std::string line =
        client.ask("w" + std::to_string(weight) + ".service.hap.test SRV").answers.at(0);
    unsigned priority = 99;
    unsigned sent = 0;
    REQUIRE(std::sscanf(line.c_str() + line.find("SRV"), "SRV %u %u", &priority, &sent) == 2);
    CHECK((sent + 255) / 256 == static_cast<unsigned>(weight));
    CHECK(sent <= 65535);
    CHECK(priority == 0);
  }
}

}  // namespace
}  // namespace pointsman::test
