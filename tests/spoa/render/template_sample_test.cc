#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "render/template_data.h"
#include "support/golden.h"

using namespace pointsman;
using Json = nlohmann::ordered_json;

namespace {

// "gateways", "gateways.routes", "gateways.routes.name", …
void collect(const Json& data, const std::string& path, std::set<std::string>& paths) {
  const Json& item = data.is_array() && !data.empty() ? data.front() : data;
  if (!item.is_object()) return;
  for (const auto& [key, value] : item.items()) {
    const std::string inner = path.empty() ? key : path + "." + key;
    paths.insert(inner);
    collect(value, inner, paths);
  }
}

}  // namespace

TEST_CASE("the sample has an item in each list, so that every name is known") {
  const Json sample = render::sample_data();
  std::set<std::string> paths;
  collect(sample, "", paths);
  for (const char* path :
       {"agents.address", "agents.tls", "relays.agents.tls", "headers", "frontends.fallbacks.acl",
        "tcp_frontends.by_sni", "backends.servers.name", "backends.cookie.key",
        "backends.check.path", "gateways.sticky.cookie", "gateways.split_by.key",
        "gateways.place.line", "gateways.routes.instances.port", "gateways.routes.discover.dns",
        "gateways.routes.check.every", "user.keyword"}) {
    INFO(path);
    CHECK(paths.contains(path));
  }
  for (const char* list : {"headers", "whitelist"}) CHECK_FALSE(sample[list].empty());
}

TEST_CASE("every name is documented") {
  std::set<std::string> paths;
  collect(render::sample_data(), "", paths);
  const std::string document =
      test::read_text(std::filesystem::path(POINTSMAN_SOURCE_DIR) / "docs/templates.md");
  for (const std::string& path : paths) {
    INFO(path);
    CHECK(document.find("`" + path.substr(path.rfind('.') + 1) + "`") != std::string::npos);
  }
}
