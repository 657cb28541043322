#include "dns/reverse.h"

#include <catch2/catch.hpp>

namespace pointsman::dns {
namespace {

std::string name_of(const char* address) {
  return reverse_name(IpAddress::parse(address).value()).to_text();
}

std::vector<std::string> apexes(const char* network) {
  std::vector<std::string> texts;
  for (const Name& apex : reverse_apexes(IpNetwork::parse(network).value())) {
    texts.push_back(apex.to_text());
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("an address is looked up from its last part to its first") {
  CHECK(name_of("10.0.0.1") == "1.0.0.10.in-addr.arpa");
  CHECK(name_of("255.254.0.10") == "10.0.254.255.in-addr.arpa");
  CHECK(name_of("2001:db8::567:89ab") ==
        "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST_CASE("a network is a zone") {
  CHECK(apexes("10.0.0.0/8") == Texts{"10.in-addr.arpa"});
  CHECK(apexes("192.168.0.0/16") == Texts{"168.192.in-addr.arpa"});
  CHECK(apexes("10.0.0.0/24") == Texts{"0.0.10.in-addr.arpa"});
  CHECK(apexes("10.0.0.7") == Texts{"7.0.0.10.in-addr.arpa"});
  CHECK(apexes("0.0.0.0/0") == Texts{"in-addr.arpa"});
  CHECK(apexes("fd00::/8") == Texts{"d.f.ip6.arpa"});
  CHECK(apexes("::/0") == Texts{"ip6.arpa"});
  CHECK(apexes("fd00::1")[0] == name_of("fd00::1"));
}

TEST_CASE("a network that ends inside of a label is several zones") {
  const Texts docker = apexes("172.16.0.0/12");
  REQUIRE(docker.size() == 16);
  CHECK(docker.front() == "16.172.in-addr.arpa");
  CHECK(docker.back() == "31.172.in-addr.arpa");
  CHECK(apexes("10.0.0.128/25").size() == 128);
  CHECK(apexes("10.0.0.128/25").back() == "255.0.0.10.in-addr.arpa");
  CHECK(apexes("128.0.0.0/1").size() == 128);
  CHECK(apexes("fc00::/7") == Texts{"c.f.ip6.arpa", "d.f.ip6.arpa"});
  CHECK(apexes("fd00:8000::/17").size() == 8);
  CHECK(apexes("fd00:8000::/17").back() == "f.0.0.d.f.ip6.arpa");
}

}  // namespace
}  // namespace pointsman::dns
