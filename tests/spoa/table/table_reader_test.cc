#include "table/table_reader.h"

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "spoa/table/table_fixture.h"
#include "table/record.h"
#include "table/table_writer.h"

using namespace pointsman;
using nlohmann::json;
using test::linked;

namespace {

using Records = std::vector<json>;

const char* const kGateways = R"(
gateway shop sticky host=shop.example.com by=header:X-User
  route v1 80% at 50% if not path starts with /a and header X in (a, b) or src == 10.0.0.0/8
    rewrite /x\1 if path matches '(a)'
  route v2 20% to other
gateway other host=*.example.com
  route a 100%
)";
constexpr std::size_t kShop = 1;
constexpr std::size_t kShopHosts = 2;
constexpr std::size_t kV1 = 3;
constexpr std::size_t kV2 = 4;
constexpr std::size_t kOther = 5;
constexpr std::size_t kOtherHosts = 6;

ByteBuffer written(const std::string& gateways) {
  return *table::write_table(*linked(test::gateway_specs(gateways), 7), test::two_keys());
}

Records records_of(const ByteBuffer& document) {
  Records records;
  const auto payloads = table::split_records(document);
  REQUIRE(payloads);
  for (const Bytes payload : *payloads) {
    records.push_back(json::from_msgpack(payload));
  }
  return records;
}

ByteBuffer document_of(const Records& records) {
  ByteBuffer document;
  for (std::size_t i = 0; i < records.size(); ++i) {
    table::append_record(document, i, json::to_msgpack(records[i]));
  }
  return document;
}

std::string fault(const ByteBuffer& document) {
  const auto stored = table::read_table(document);
  if (!stored) return stored.error().message;
  const auto table = table::link_table(*stored);
  return table ? "" : "link: " + table.error().message;
}

// What is said of the table where one thing is changed.
std::string fault_with(const std::function<void(Records&)>& change,
                       const std::string& gateways = kGateways) {
  Records records = records_of(written(gateways));
  change(records);
  return fault(document_of(records));
}

std::string fault_with(std::size_t record, const std::string& pointer, const json& value) {
  return fault_with(
      [&](Records& records) { records[record][json::json_pointer(pointer)] = value; });
}

std::string fault_without(std::size_t record, const std::string& pointer) {
  return fault_with([&](Records& records) {
    const json::json_pointer place(pointer);
    records[record][place.parent_pointer()].erase(place.back());
  });
}

json binary(std::size_t bytes) { return json::binary(std::vector<std::uint8_t>(bytes)); }

}  // namespace

TEST_CASE("what was written is read: keys, generation and gateways") {
  const auto stored = table::read_table(written(kGateways));
  REQUIRE(stored);
  CHECK(stored->generation == 7);
  CHECK(stored->keys == test::two_keys());
  REQUIRE(stored->gateways.size() == 2);
  CHECK(stored->gateways[0].routes.at(0).condition->text ==
        "not path starts with /a and header X in (a, b) or src == 10.0.0.0/8");
  const auto table = table::link_table(*stored);
  REQUIRE(table);
  CHECK((*table)->generation() == 7);
  CHECK((*table)->find_by_host("x.example.com")->name == "other");
}

TEST_CASE("unknown keys are skipped, wherever they stand") {
  for (std::size_t record = 0; record <= kOtherHosts; ++record) {
    CHECK(fault_with(record, "/new", json{{"a", {1, 2}}, {"b", nullptr}}).empty());
  }
  CHECK(fault_with(kV1, "/condition/new", 1.5).empty());
  CHECK(fault_with(kV1, "/rewrites/0/new", true).empty());
}

TEST_CASE("a table of another format or version is told apart from a damaged one") {
  CHECK(fault_with(0, "/format", "zip") == "record 0: this is no table of Pointsman");
  CHECK(fault_without(0, "/format") == "record 0: this is no table of Pointsman");
  CHECK(fault_with(0, "/version", 2) ==
        "record 0: the table's version is 2, this program knows version 1");
  CHECK(fault_with([](Records& records) {
          records[0] = {{"format", "pointsman-table"}, {"version", 9}, {"records", "new"}};
        }) == "record 0: the table's version is 9, this program knows version 1");
}

TEST_CASE("the header's numbers and keys are in range") {
  CHECK(fault_with(0, "/generation", 0) == "record 0: a header without 'generation'");
  CHECK(fault_without(0, "/records") == "record 0: a header without 'records'");
  CHECK(fault_with(0, "/records", 8) == "7 records follow the header, which announces 8");
  CHECK(fault_without(0, "/keys").empty());
  const std::string malformed = "record 0: malformed header, at 'keys'";
  CHECK(fault_with(0, "/keys", json::array()) == malformed);
  CHECK(fault_with(0, "/keys/0/0", 256) == malformed);
  CHECK(fault_with(0, "/keys/1/0", 7) == malformed);  // the first one's id
  CHECK(fault_with(0, "/keys/0/1", "text of 16 bytes") == malformed);
  CHECK(fault_with(0, "/keys/0/1", binary(limits::kStickyKeyBytesMin - 1)) == malformed);
  CHECK(fault_with(0, "/keys/0/1", binary(limits::kStickyKeyBytesMax)).empty());
  CHECK(fault_with(0, "/keys/0/1", binary(limits::kStickyKeyBytesMax + 1)) == malformed);
  json keys = json::array();
  for (std::size_t id = 0; id < limits::kStickyKeys; ++id) keys.push_back({id, binary(16)});
  CHECK(fault_with(0, "/keys", keys).empty());
  keys.push_back({255, binary(16)});
  CHECK(fault_with(0, "/keys", keys) == malformed);
}

TEST_CASE("records are of a known kind and come in their order") {
  CHECK(fault_with(kV1, "/kind", "path") == "record 3: is malformed or of an unknown kind");
  CHECK(fault_without(kV1, "/kind") == "record 3: is malformed or of an unknown kind");
  CHECK(fault_with([](Records& r) { r[kV1] = json::array(); }) ==
        "record 3: is malformed or of an unknown kind");
  CHECK(fault_with([](Records& r) { std::swap(r[kShop], r[kShopHosts]); }) ==
        "record 1: comes before any gateway");
  CHECK(fault_with([](Records& r) { std::swap(r[kShopHosts], r[kV1]); }) ==
        "record 2: fewer hosts than the gateway announces");
  CHECK(fault_with([](Records& r) { std::swap(r[kV2], r[kOther]); }) ==
        "record 4: gateway shop lacks 0 hosts and 1 routes that it announces");
  CHECK(fault_with(kShop, "/routes", 1) == "record 4: more routes than the gateway announces");
  CHECK(fault_with(kOther, "/routes", 2) ==
        "gateway other lacks 0 hosts and 1 routes that it announces");
  CHECK(fault_with(kShopHosts, "/hosts/1", "a.example") ==
        "record 2: more hosts than the gateway announces");
  CHECK(fault_with([](Records& r) {
          r[kShop]["hosts"] = 2;
          r.insert(r.begin() + kV2, json{{"kind", "hosts"}, {"hosts", {"a.example"}}});
          r[0]["records"] = r.size() - 1;
        }) == "record 3: fewer hosts than the gateway announces");
  CHECK(fault_with([](Records& r) {
          r.insert(r.begin() + kV2, json{{"kind", "hosts"}, {"hosts", {"a.example"}}});
          r[0]["records"] = r.size() - 1;
        }) == "record 4: hosts come before routes");
}

TEST_CASE("a payload nested deeper than the format is malformed") {
  json nested = 1;
  for (std::size_t depth = 1; depth < limits::kTableDepth; ++depth) nested = json::array({nested});
  CHECK(fault_with(kV2, "/new", nested).empty());
  CHECK(fault_with(kV2, "/new", json::array({nested})) ==
        "record 4: is malformed or of an unknown kind");
}

TEST_CASE("a gateway has what it needs, and nothing of a wrong type") {
  for (const std::string key : {"name", "cookie"}) {
    CHECK(fault_without(kShop, "/" + key) == "record 1: a gateway without '" + key + "'");
  }
  for (const std::string key : {"ttl", "idle", "path"}) {
    CHECK(fault_without(kShop, "/" + key) == "record 1: a sticky gateway without '" + key + "'");
  }
  for (const std::string key :
       {"name", "hosts", "routes", "cookie", "sticky", "ttl", "idle", "path", "same_site", "domain",
        "secure", "split", "evict_at_zero", "strict", "allow_forced"}) {
    CHECK(fault_with(kShop, "/" + key, nullptr) == "record 1: malformed gateway, at '" + key + "'");
  }
  CHECK(fault_with(kShop, "/sticky", "none") == "record 1: malformed gateway, at 'sticky'");
  CHECK(fault_with(kShop, "/secure", "auto") == "record 1: malformed gateway, at 'secure'");
  CHECK(fault_with(kShop, "/routes", limits::kRoutesPerGateway + 1) ==
        "record 1: malformed gateway, at 'routes'");
  for (const json& split : {json{"header"}, json{"src", "x"}, json{"path"}, json::array()}) {
    CHECK(fault_with(kShop, "/split", split) == "record 1: malformed gateway, at 'split'");
  }
  CHECK(fault_with(kShop, "/path", "shop").starts_with("link: gateway shop: sticky.path: "));
}

TEST_CASE("there are no two gateways of one name and no host twice") {
  CHECK(fault_with(kOther, "/name", "shop") == "record 5: there is another gateway shop");
  CHECK(fault_with(kOtherHosts, "/hosts/0", "shop.example.com") ==
        "record 6: the host shop.example.com again");
  const std::string wrong =
      "record 6: a host that is none, or not in the form in which hosts are compared";
  for (const char* host : {"A.example", "a.example.", "a b", "", "a.example:80", "*.*"}) {
    CHECK(fault_with(kOtherHosts, "/hosts/0", host) == wrong);
  }
  CHECK(fault_with(kOtherHosts, "/hosts", json::array()) == "record 6: 0 hosts, wanted 1 to 1000");
  CHECK(fault_with(kOtherHosts, "/hosts", "x") == "record 6: malformed hosts, at 'hosts'");
}

TEST_CASE("a hosts record has as many as the limit, the next one is for more") {
  std::string gateways = "gateway many";
  const std::size_t most = limits::kTableHostsPerRecord;
  for (std::size_t i = 0; i <= most; ++i) gateways += " host=h" + std::to_string(i) + ".example";
  const Records records = records_of(written(gateways + "\n route a 100%\n"));
  REQUIRE(records.size() == 5);
  CHECK(records[2]["hosts"].size() == most);
  CHECK(records[3]["hosts"] == json{"h1000.example"});
  CHECK(fault(document_of(records)).empty());
  CHECK(fault_with(kOtherHosts, "/hosts", json(most + 1, "x")) ==
        "record 6: 1001 hosts, wanted 1 to 1000");
}

TEST_CASE("a route has what it needs, and nothing of a wrong type") {
  CHECK(fault_without(kV1, "/name") == "record 3: a route without 'name'");
  CHECK(fault_without(kV1, "/backend") == "record 3: a route has either 'backend' or 'next'");
  CHECK(fault_with(kV1, "/next", "other") == "record 3: a route has either 'backend' or 'next'");
  for (const std::string key :
       {"name", "backend", "next", "share", "tag", "epoch", "condition", "rewrites"}) {
    CHECK(fault_with(kV1, "/" + key, nullptr) == "record 3: malformed route, at '" + key + "'");
  }
  for (const std::string key : {"text", "strength", "tag", "start", "steps"}) {
    CHECK(fault_with(kV1, "/condition/" + key, nullptr) ==
          "record 3: malformed route, at '" + key + "'");
  }
  for (const std::string key : {"text", "strength", "start"}) {
    CHECK(fault_without(kV1, "/condition/" + key) == "record 3: malformed route, at 'condition'");
  }
  for (const std::string key : {"text", "pieces"}) {
    CHECK(fault_without(kV1, "/rewrites/0/" + key) == "record 3: malformed route, at 'rewrites'");
  }
  CHECK(fault_with(kV1, "/share", 10001) == "record 3: malformed route, at 'share'");
  CHECK(fault_with(kV1, "/condition/strength", 10001) ==
        "record 3: malformed route, at 'strength'");
  CHECK(fault_with(kV1, "/rewrites/0/pieces/0", 10) == "record 3: malformed route, at 'pieces'");
  CHECK(fault_with(kV1, "/condition/text", "path isnt /a").starts_with("link: gateway shop: "));
}

TEST_CASE("a route's tags are those of its names and epoch") {
  const std::string fault = "record 3: route v1 does not have its tag";
  CHECK(fault_with(kV1, "/tag", 1) == fault);
  CHECK(fault_without(kV1, "/tag") == fault);
  CHECK(fault_with(kV1, "/epoch", "1") == fault);
  CHECK(fault_with(kV1, "/condition/tag", 1) == fault);
  CHECK(fault_with(kV1, "/name", "v9") == "record 3: route v9 does not have its tag");
}

TEST_CASE("a message is one line, whatever it quotes") {
  CHECK(fault_with(kV1, "/name", "v\n9") == "record 3: route v?9 does not have its tag");
  CHECK(fault_with(kShop, "/same_site", "a\r\nb").find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("shares sum to the whole or to nothing, references lead somewhere") {
  CHECK(fault_with(kV2, "/share", 1999) ==
        "record 5: the shares of gateway shop sum to 9999, wanted 10000 or 0");
  CHECK(fault_with([](Records& r) {
          r[kV1].erase("share");
          r[kV2].erase("share");
        }).empty());
  CHECK(fault_with(kV2, "/next", "gone") ==
        "route v2 of gateway shop refers to gateway gone, which is not there");
  CHECK(fault_with(kV2, "/next", "shop").starts_with("link: gateway shop: "));  // a circle
}

TEST_CASE("a backend's own name may be longer than one that somebody writes") {
  const std::string name(limits::kNameBytes - 3, 'g');
  const std::string gateways = "gateway " + name + "\n route " + name + " 100%\n";
  CHECK(fault(written(gateways)).empty());
  const std::string wrong(limits::kNameBytes + 1, 'x');
  CHECK(fault_with([&](Records& records) { records[2]["backend"] = wrong; }, gateways)
            .starts_with("link: gateway " + name));
}
