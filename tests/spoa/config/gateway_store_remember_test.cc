// GatewayStore with the gateways of an earlier process.
#include <catch2/catch.hpp>

#include "config/gateway_store.h"
#include "support/gateway_yaml.h"

using namespace pointsman;
using config::GatewayFile;
using config::GatewayStore;
using config::Load;

namespace {

constexpr const char* kShop = "name: shop\nroutes: {v1: {backend: old}}\n";
constexpr const char* kCart = "name: cart\nroutes: {v1: {backend: old}}\n";
constexpr const char* kNewShop = "name: shop\nroutes: {v1: {backend: new}}\n";
constexpr const char* kFaultyShop = "name: shop\nroutes: {v1: {backnd: new}}\n";
constexpr const char* kUnreadable = "";

using Files = std::vector<std::pair<std::string, std::string>>;

std::vector<GatewayFile> read(const Files& files) {
  Diagnostics ignored;
  std::vector<GatewayFile> result;
  for (const auto& [path, yaml] : files) {
    result.push_back(yaml == kUnreadable ? GatewayFile{path, true, {}}
                                         : config::parse_gateway_file(path, yaml, ignored));
  }
  return result;
}

struct Remembering {
  explicit Remembering(std::uint64_t generation = 7) {
    std::vector<routing::GatewaySpec> gateways;
    for (const GatewayFile& file : read({{"a", kShop}, {"b", kCart}})) {
      gateways.push_back(file.gateways.front().spec);
    }
    store.remember(gateways, generation);
  }

  // "shop=old", what serves.
  std::string load(const Files& files) {
    Diagnostics ignored;
    last = store.load(read(files), ignored);
    std::string text;
    for (const auto& gateway : last.table->gateways()) {
      text += (text.empty() ? "" : " ") + gateway->name + "=" + gateway->routes.front().backend;
    }
    return text;
  }

  GatewayStore store{""};
  Load last;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a source that is gone is stood in for by all gateways of before") {
  Remembering before;
  CHECK(before.load({{"gateways", kUnreadable}}) == "shop=old cart=old");
  CHECK(before.last.unreadable);
  CHECK(before.last.remembered == Names{"shop", "cart"});
  CHECK(before.load({{"gateways", kUnreadable}}) == "shop=old cart=old");
  CHECK_FALSE(before.last.changed);
  CHECK(before.load({{"gateways/a", kNewShop}}) == "shop=new");
  CHECK(before.last.remembered.empty());
}

TEST_CASE("generations go on from that of before") {
  Remembering before(41);
  before.load({{"gateways", kUnreadable}});
  CHECK(before.last.table->generation() == 42);
  before.load({{"a", kNewShop}});
  CHECK(before.last.table->generation() == 43);
  Remembering empty(41);
  empty.load({});
  CHECK(empty.last.table->generation() == 42);
}

TEST_CASE("a gateway that is faulty from the start stands as it was before") {
  Remembering before;
  CHECK(before.load({{"a", kFaultyShop}, {"b", kCart}}) == "shop=old cart=old");
  CHECK(before.last.held == Names{"shop"});
  CHECK(before.last.remembered == Names{"shop"});
  CHECK(before.last.missing.empty());
  CHECK(before.load({{"a", kNewShop}, {"b", kCart}}) == "shop=new cart=old");
  CHECK(before.load({{"a", kFaultyShop}, {"b", kCart}}) == "shop=new cart=old");
  CHECK(before.last.remembered.empty());  // since it was good in between
}

TEST_CASE("gateways that are gone from readable files are gone") {
  Remembering before;
  CHECK(before.load({{"b", kCart}}) == "cart=old");
  CHECK(before.last.remembered.empty());
  CHECK(before.load({{"b", kUnreadable}}) == "cart=old");  // shop does not come back
}

TEST_CASE("what an unreadable file may hold stays until it can be read") {
  Remembering before;
  CHECK(before.load({{"a", kUnreadable}, {"b", kCart}}) == "cart=old shop=old");
  CHECK(before.load({{"a", kUnreadable}}) == "shop=old");  // cart was seen, and is deleted now
  CHECK(before.load({{"a", "# nothing\n"}}).empty());
}

TEST_CASE("a document whose name is lost may be any gateway of before") {
  Remembering before;
  CHECK(before.load({{"a", "routes: {v1: {backend: new}}\n"}, {"b", kCart}}) ==
        "cart=old shop=old");
}
