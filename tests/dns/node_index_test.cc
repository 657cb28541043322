#include "dns/node_index.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

#include "dns/name.h"

namespace pointsman::dns {
namespace {

std::string wire(const std::string& name) { return std::string(Name::parse(name)->wire()); }

std::uint32_t zone_of(const NodeIndex& index, const std::string& name) {
  const auto found = index.find(wire(name));
  REQUIRE(found.has_value());
  CHECK(found->name == wire(name));
  return found->node.zone;
}

TEST_CASE("a node index without names finds none") {
  CHECK_FALSE(NodeIndex().contains(wire("hap.test")));
  NodeIndex prepared;
  prepared.reserve(100);
  CHECK_FALSE(prepared.contains(wire("hap.test")));
  CHECK(prepared.size() == 0);
}

TEST_CASE("a name is added once, and replaced where it is") {
  NodeIndex index;
  CHECK(index.add(wire("a.hap.test"), {1, 2, 3}));
  CHECK_FALSE(index.add(wire("a.hap.test"), {4, 5, 6}));
  CHECK(zone_of(index, "a.hap.test") == 1);
  index.replace(wire("a.hap.test"), {7, 8, 9});
  const auto found = index.find(wire("a.hap.test"));
  CHECK(found->node.zone == 7);
  CHECK(found->node.first_set == 8);
  CHECK(found->node.set_count == 9);
  CHECK(index.size() == 1);
}

TEST_CASE("the root and the longest name are names") {
  NodeIndex index;
  const std::string label(63, 'x');
  const std::string longest = wire(label + "." + label + "." + label + "." + label.substr(2));
  CHECK(longest.size() == limits::kDnsNameBytes);
  CHECK(index.add(longest, {1, 0, 0}));
  CHECK(index.add(std::string(1, '\0'), {2, 0, 0}));
  CHECK(index.find(longest)->node.zone == 1);
  CHECK(index.find(std::string(1, '\0'))->node.zone == 2);
}

TEST_CASE("what was added is found, and nothing else, however many there are") {
  std::mt19937_64 random(GENERATE(1u, 2u, 3u));
  NodeIndex index;
  if (random() % 2 == 0) index.reserve(random() % 2000);
  std::map<std::string, std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::string name = wire(std::to_string(random() % 4000) + ".hap.test");
    CHECK(index.add(name, {i, 0, 0}) == expected.emplace(name, i).second);
  }
  CHECK(index.size() == expected.size());
  for (unsigned i = 0; i < 4100; ++i) {
    const std::string name = wire(std::to_string(i) + ".hap.test");
    const auto known = expected.find(name);
    const auto found = index.find(name);
    REQUIRE(found.has_value() == (known != expected.end()));
    if (found) CHECK(found->node.zone == known->second);
  }
}

}  // namespace
}  // namespace pointsman::dns
