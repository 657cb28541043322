#include "registry/stored_registry.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;
using namespace std::chrono_literals;

namespace {

const std::string kFile = R"({
 "format": "pointsman registry",
 "revision": 4294967295,
 "services": {
  "web": [
   {
    "address": "10.0.0.7",
    "id": "a",
    "port": 8080,
    "source": "http",
    "tags": [
     "blue",
     "v2"
    ],
    "ttl": 30,
    "weight": 50
   },
   {
    "address": "2001:db8::7",
    "held": 299,
    "id": "b",
    "port": 1,
    "source": "dns",
    "tags": [],
    "weight": 256
   }
  ]
 },
 "version": 1
}
)";

StoredRegistry sample() {
  Instance a = instance("a", "10.0.0.7", 8080, 50);
  a.tags = {"blue", "v2"};
  StoredRegistry stored{4294967295U, {}};
  stored.instances.push_back({"web", SourceKind::kHttp, a, 30s, {}});
  stored.instances.push_back(
      {"web", SourceKind::kDns, instance("b", "2001:db8::7", 1, 256), 0s, 299s});
  return stored;
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text = kFile;
  const std::size_t found = text.find(from);
  REQUIRE(found != std::string::npos);
  return text.replace(found, from.size(), to);
}

}  // namespace

TEST_CASE("the file, as documented") {
  CHECK(to_json(sample()) == kFile);
  const auto parsed = parse_stored_registry(kFile);
  REQUIRE(parsed);
  CHECK(*parsed == sample());
}

TEST_CASE("a file that is cut anywhere is refused") {
  for (std::size_t size = 0; size + 2 < kFile.size(); ++size) {
    INFO(size);
    CHECK_FALSE(parse_stored_registry(kFile.substr(0, size)));
  }
}

TEST_CASE("a file that is whole but not valid is refused, and the reason told") {
  const auto reason = [](const std::string& text) {
    const auto parsed = parse_stored_registry(text);
    return parsed ? std::string("accepted") : parsed.error().message;
  };
  CHECK(reason("[]") == "not a whole JSON object");
  CHECK(reason("null") == "not a whole JSON object");
  CHECK(reason(replaced("pointsman registry", "x")) == "\"format\" is not \"pointsman registry\"");
  CHECK(reason(replaced("\"version\": 1", "\"version\": 2")) == "\"version\" is not 1");
  CHECK(reason(replaced("4294967295", "4294967296")) == "\"revision\" is no number of a revision");
  CHECK(reason(replaced("4294967295", "-1")) == "\"revision\" is no number of a revision");
  CHECK(reason(replaced("\"services\"", "\"x\"")) == "\"services\" is missing");
  CHECK(reason(replaced("\"web\"", "\"Web\"")) == "\"services\" has a key that is no service");
  const std::vector<std::pair<std::string, std::string>> faults{
      {"10.0.0.7", "10.0.0"},
      {"\"id\": \"a\"", "\"id\": \"a b\""},
      {"8080", "0"},
      {"8080", "65536"},
      {"8080", "80.5"},
      {"\"http\"", "\"files\""},
      {"\"ttl\": 30", "\"ttl\": 0"},
      {"\"ttl\": 30", "\"ttl\": 86401"},
      {"\"weight\": 50", "\"w\": 50"},
      {"256", "257"},
      {"\"blue\"", "\"Blue\""},
      {"\"blue\"", "\"v2\""},
      {"\"blue\"", "7"},
      {"\"held\": 299", "\"held\": \"x\""}};
  for (const auto& [from, to] : faults) {
    INFO(from << " -> " << to);
    CHECK(reason(replaced(from, to)) == "service web has an instance that is none");
  }
}

TEST_CASE("the longest time to live, and the most tags, are read again") {
  StoredRegistry stored = sample();
  stored.instances[0].ttl = limits::kRegistrationTtl;
  stored.instances[0].instance.tags.clear();
  for (std::size_t i = 0; i < limits::kInstanceTags; ++i) {
    stored.instances[0].instance.tags.push_back("t" + std::to_string(10 + i));
  }
  const auto parsed = parse_stored_registry(to_json(stored));
  REQUIRE(parsed);
  CHECK(*parsed == stored);
  stored.instances[0].instance.tags.push_back("u");
  CHECK_FALSE(parse_stored_registry(to_json(stored)));
}
