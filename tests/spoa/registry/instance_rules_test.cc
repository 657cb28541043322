#include "registry/instance_rules.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::registry;

TEST_CASE("a service's name, and a tag, is a DNS label in lower case") {
  for (const char* good : {"a", "web", "shop-v1", "0", "v1-2-3"}) {
    CHECK_FALSE(fault_in_service_name(good));
    CHECK_FALSE(fault_in_tag(good));
  }
  for (const char* bad : {"", "Web", "a.b", "a_b", "-a", "a-", "a b", "a/b", "\xc3\xbc", "a\n"}) {
    INFO(bad);
    CHECK(fault_in_service_name(bad));
    CHECK(fault_in_tag(bad));
  }
  const std::string longest(limits::kServiceNameBytes, 'a');
  CHECK_FALSE(fault_in_service_name(longest));
  CHECK(fault_in_service_name(longest + "a") == "a service's name has at most 63 bytes");
  CHECK_FALSE(fault_in_tag(longest));
  CHECK(fault_in_tag(longest + "a") == "a tag has at most 63 bytes");
}

TEST_CASE("an instance's id holds what people and orchestrators use") {
  for (const char* good : {"a", "web-7c9d_x.local", "2001:db8::7-8080", "A"}) {
    CHECK_FALSE(fault_in_instance_id(good));
  }
  for (const char* bad : {"", "a b", "a/b", "a%2f", "a\r\n", "\xc3\xbc", "\"a\""}) {
    CHECK(fault_in_instance_id(bad));
  }
  const std::string longest(limits::kInstanceIdBytes, 'a');
  CHECK_FALSE(fault_in_instance_id(longest));
  CHECK(fault_in_instance_id(longest + "a") == "an instance's id has at most 128 bytes");
}

TEST_CASE("the service that a route means is its name as a label") {
  CHECK(service_name_for("Shop/v1") == "shop-v1");
  CHECK(service_name_for("[192.0.2.10:80]") == "192-0-2-10-80");
  CHECK(service_name_for("//") == "");
  CHECK(service_name_for("shop", "v1") == "shop-v1");
  CHECK(service_name_for("shop", "shop/v1") == "shop-v1");
  CHECK(service_name_for("shop", "shop") == "shop");
  CHECK(service_name_for("shop/web", "v1") == "shop-web-v1");
  CHECK(service_name_for("shop", "shopping") == "shop-shopping");
}

TEST_CASE("an instance that nobody named is called by its address") {
  CHECK(default_instance_id(*IpAddress::parse("10.0.0.7"), 8080) == "10.0.0.7-8080");
  const std::string id =
      default_instance_id(*IpAddress::parse("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), 65535);
  CHECK_FALSE(fault_in_instance_id(id));
}

TEST_CASE("addresses that mean this machine, its links or nobody are not registered") {
  for (const char* good : {"10.0.0.7", "192.168.1.1", "172.17.0.2", "100.64.0.1", "2001:db8::7",
                           "fd00::1", "126.255.255.255", "128.0.0.0", "223.255.255.255"}) {
    INFO(good);
    CHECK_FALSE(fault_in_registered_address(*IpAddress::parse(good)));
  }
  const auto fault = [](const char* address) {
    return fault_in_registered_address(*IpAddress::parse(address)).value_or("");
  };
  for (const char* loopback : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"}) {
    CHECK(fault(loopback) == "a loopback address");
  }
  for (const char* unspecified : {"0.0.0.0", "::", "::ffff:0.0.0.0", "0.1.2.3"}) {
    CHECK(fault(unspecified) == "an unspecified address");
  }
  for (const char* link : {"169.254.169.254", "fe80::1", "febf::1"}) {
    CHECK(fault(link) == "a link-local address");
  }
  for (const char* multicast : {"224.0.0.1", "239.255.255.255", "ff02::1"}) {
    CHECK(fault(multicast) == "a multicast address");
  }
  CHECK(fault("255.255.255.255") == "a reserved or broadcast address");
  CHECK(fault("::127.0.0.1") == "an IPv4-compatible address");
  CHECK(fault("::ffff:0:127.0.0.1") == "an IPv4-translated address");
  CHECK(fault("64:ff9b::127.0.0.1") == "a NAT64 address");
}
