#include "config/gateway_store.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/gateway_yaml.h"

using namespace pointsman;
using config::GatewayFile;
using config::GatewayStore;
using config::Load;
using test::printed;

namespace {

// Loads files given as {name, YAML} pairs and keeps what was reported.
class Reloader {
 public:
  using Files = std::vector<std::pair<std::string, std::string>>;

  explicit Reloader(const std::string& domain = "") : store_(domain) {}

  Load load(const Files& files) {
    Diagnostics diagnostics;
    std::vector<GatewayFile> read;
    for (const auto& [path, yaml] : files) {
      read.push_back(config::parse_gateway_file(path, yaml, diagnostics));
    }
    return load_read(read, diagnostics);
  }
  Load load_read(const std::vector<GatewayFile>& files, Diagnostics diagnostics = {}) {
    const Load load = store_.load(files, diagnostics);
    reported = printed(diagnostics);
    return load;
  }

  std::string reported;

 private:
  GatewayStore store_;
};

// "shop(v1=80% v2=20%) other(…)": what serves now.
std::string serving(const Load& load) {
  std::string text;
  for (const auto& gateway : load.table->gateways()) {
    text += (text.empty() ? "" : " ") + gateway->name + "(";
    for (const auto& route : gateway->routes) {
      text +=
          (text.back() == '(' ? "" : " ") + route.name + "=" + std::to_string(route.share / 100);
    }
    text += ")";
  }
  return text;
}

std::string split(const std::string& name, int v1, int v2) {
  return "name: " + name + "\nroutes:\n  v1: {weight: " + std::to_string(v1) +
         "%, backend: b1}\n  v2: {weight: " + std::to_string(v2) + "%, backend: b2}\n";
}

std::string with_host(const std::string& name, const std::string& host) {
  return "{name: " + name + ", virtual_hosts: [" + host + "], routes: {r: {backend: b}}}\n";
}

std::string hosts_of(const Load& load) {
  std::string text;
  for (const auto& gateway : load.table->gateways()) {
    text += (text.empty() ? "" : " ") + gateway->name + "=" + gateway->virtual_hosts.at(0);
  }
  return text;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the first load is a change, even without a gateway") {
  Reloader reloader;
  const Load load = reloader.load({});
  CHECK(load.changed);
  REQUIRE(load.table);
  CHECK(load.table->gateways().empty());
  CHECK_FALSE(reloader.load({}).changed);
}

TEST_CASE("gateways stand in the order of files and documents") {
  Reloader reloader;
  const Load load = reloader.load({{"1.yaml", split("b", 100, 0) + "---\n" + split("a", 50, 50)},
                                   {"2.yaml", split("0", 0, 100)}});
  CHECK(serving(load) == "b(v1=100 v2=0) a(v1=50 v2=50) 0(v1=0 v2=100)");
  CHECK(load.table->generation() == 1);
  CHECK(reloader.reported.empty());
}

TEST_CASE("an unchanged set is no change and keeps the very table") {
  Reloader reloader;
  const Load first = reloader.load({{"1.yaml", split("a", 50, 50)}});
  const Load again = reloader.load({{"1.yaml", split("a", 50, 50)}});
  CHECK_FALSE(again.changed);
  CHECK(again.table == first.table);
  const Load moved = reloader.load({{"1.yaml", "# a comment above\n" + split("a", 50, 50)}});
  CHECK_FALSE(moved.changed);
  CHECK(moved.table == first.table);
}

TEST_CASE("unchanged gateways are shared between successive tables") {
  Reloader reloader;
  const Load first =
      reloader.load({{"1.yaml", split("a", 50, 50)}, {"2.yaml", split("b", 50, 50)}});
  const Load next = reloader.load({{"1.yaml", split("a", 50, 50)}, {"2.yaml", split("b", 60, 40)}});
  CHECK(next.changed);
  CHECK(next.table->generation() == 2);
  CHECK(next.table->gateways()[0] == first.table->gateways()[0]);
  CHECK(next.table->gateways()[1] != first.table->gateways()[1]);
  CHECK(serving(first) == "a(v1=50 v2=50) b(v1=50 v2=50)");
}

TEST_CASE("a change of order alone is a change") {
  Reloader reloader;
  reloader.load({{"1.yaml", split("a", 50, 50)}, {"2.yaml", split("b", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", split("b", 50, 50)}, {"2.yaml", split("a", 50, 50)}});
  CHECK(load.changed);
  CHECK(serving(load) == "b(v1=50 v2=50) a(v1=50 v2=50)");
}

TEST_CASE("a faulty gateway stands as it last was while others go on") {
  const std::string faulty =
      GENERATE("name: a\nroutes: {v1: {wieght: 5%}}\n",                       // a fault of form
               "name: a\nroutes: {v1: {weight: 60%}, v2: {weight: 60%}}\n");  // one of meaning
  Reloader reloader;
  reloader.load({{"1.yaml", split("a", 50, 50) + "---\n" + split("b", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", faulty + "---\n" + split("b", 60, 40)}});
  CHECK(serving(load) == "a(v1=50 v2=50) b(v1=60 v2=40)");
  CHECK(load.held == Names{"a"});
  CHECK(load.missing.empty());
  CHECK(load.changed);
  const Load mended =
      reloader.load({{"1.yaml", split("a", 70, 30) + "---\n" + split("b", 60, 40)}});
  CHECK(serving(mended) == "a(v1=70 v2=30) b(v1=60 v2=40)");
  CHECK(mended.held.empty());
}

TEST_CASE("a faulty gateway without a good form is missing") {
  Reloader reloader;
  const Load load = reloader.load({{"1.yaml", "name: a\nport: x\n---\n" + split("b", 50, 50)}});
  CHECK(serving(load) == "b(v1=50 v2=50)");
  CHECK(load.missing == Names{"a"});
  CHECK(load.held.empty());
}

TEST_CASE("an unreadable file keeps all gateways that it last held, in their order") {
  Reloader reloader;
  const Load first = reloader.load({{"1.yaml", split("b", 50, 50) + "---\n" + split("a", 50, 50)},
                                    {"2.yaml", split("c", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", "name: [b\n"}, {"2.yaml", split("c", 60, 40)}});
  CHECK(serving(load) == "b(v1=50 v2=50) a(v1=50 v2=50) c(v1=60 v2=40)");
  CHECK(load.held == Names{"b", "a"});
  CHECK(reloader.reported == "1.yaml:2:1: not valid YAML: end of sequence flow not found\n");
  CHECK(load.table->gateways()[0] == first.table->gateways()[0]);
  // Still unreadable, and still remembered.
  CHECK(reloader.load({{"1.yaml", "{"}, {"2.yaml", split("c", 60, 40)}}).held == Names{"b", "a"});
}

TEST_CASE("a folder that cannot be listed keeps the gateways of its files") {
  Reloader reloader;
  reloader.load({{"/g/1.yaml", split("a", 50, 50)},
                 {"/g/2.yaml", split("b", 50, 50)},
                 {"/gg/3.yaml", split("c", 50, 50)}});
  const Load load = reloader.load_read({{"/g", true, {}}});
  CHECK(serving(load) == "a(v1=50 v2=50) b(v1=50 v2=50)");
  CHECK(load.held == Names{"a", "b"});
}

TEST_CASE("a deleted file takes its gateways along, a deleted document too") {
  Reloader reloader;
  reloader.load({{"1.yaml", split("a", 50, 50) + "---\n" + split("b", 50, 50)},
                 {"2.yaml", split("c", 50, 50)}});
  CHECK(serving(reloader.load({{"1.yaml", split("b", 50, 50)}, {"2.yaml", split("c", 50, 50)}})) ==
        "b(v1=50 v2=50) c(v1=50 v2=50)");
  CHECK(serving(reloader.load({{"2.yaml", split("c", 50, 50)}})) == "c(v1=50 v2=50)");
  // What was deleted is no last good form any more.
  const Load faulty =
      reloader.load({{"1.yaml", "name: b\nport: x\n"}, {"2.yaml", split("c", 50, 50)}});
  CHECK(faulty.missing == Names{"b"});
}

TEST_CASE("a gateway that moved to another file is not held by its unreadable old one") {
  Reloader reloader;
  reloader.load({{"1.yaml", split("a", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", "["}, {"2.yaml", split("a", 60, 40)}});
  CHECK(serving(load) == "a(v1=60 v2=40)");
  CHECK(load.held.empty());
}

TEST_CASE("a document whose name is lost keeps what the file held and shows no more") {
  Reloader reloader;
  reloader.load({{"1.yaml", split("a", 50, 50) + "---\n" + split("b", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", split("a", 60, 40) + "---\nnaem: b\nroutes: {}\n"}});
  CHECK(serving(load) == "a(v1=60 v2=40) b(v1=50 v2=50)");
  CHECK(load.held == Names{"b"});
  CHECK(serving(reloader.load({{"1.yaml", split("a", 60, 40)}})) == "a(v1=60 v2=40)");
}

TEST_CASE("of two gateways with one name, the later is an error") {
  Reloader reloader;
  const Load load = reloader.load({{"1.yaml", split("a", 50, 50)}, {"2.yaml", split("a", 60, 40)}});
  CHECK(serving(load) == "a(v1=50 v2=50)");
  CHECK(reloader.reported ==
        "2.yaml:1:7: name: there is another gateway of this name (1.yaml:1)\n");
}

TEST_CASE("errors of texts in a gateway with a fault of form are reported as well") {
  Reloader reloader;
  reloader.load({{"1.yaml", "name: a\nroutes:\n  v1: {weight: x%, condition: path ==}\n"}});
  CHECK(reloader.reported.find("1.yaml:3:16: routes.v1.weight: found") == 0);
  CHECK(reloader.reported.find("routes.v1.condition") != std::string::npos);
  // The weight that could not be read causes no second error.
  CHECK(reloader.reported.find("weight", reloader.reported.find('\n')) == std::string::npos);
}

TEST_CASE("what compile reported is reported again for unchanged gateways, at the new place") {
  const std::string yaml =
      "name: a\nsticky: {by: route, same_site: None, secure: never}\n"
      "routes: {r: {backend: b}}\n";
  Reloader reloader;
  reloader.load({{"1.yaml", yaml}});
  const std::string first = reloader.reported;
  CHECK(first.find("1.yaml:2:9: warning: ") == 0);
  reloader.load({{"1.yaml", yaml}});
  CHECK(reloader.reported == first);
  reloader.load({{"1.yaml", "\n" + yaml}});
  CHECK(reloader.reported.find("1.yaml:3:9: warning: ") == 0);
}

TEST_CASE("a new gateway that takes another's virtual host is left out, whatever the order") {
  Reloader reloader;
  reloader.load({{"2.yaml", with_host("old", "x.example")}});
  const Load load = reloader.load(
      {{"1.yaml", with_host("new", "x.example")}, {"2.yaml", with_host("old", "x.example")}});
  CHECK(hosts_of(load) == "old=x.example");
  CHECK(load.missing == Names{"new"});
  CHECK_FALSE(load.changed);
  CHECK(reloader.reported.find("1.yaml:1:") == 0);
}

TEST_CASE("a gateway whose change clashes stands as it last was") {
  Reloader reloader;
  reloader.load({{"1.yaml", with_host("a", "a.example")}, {"2.yaml", with_host("b", "b.example")}});
  const Load load = reloader.load(
      {{"1.yaml", with_host("a", "b.example")}, {"2.yaml", with_host("b", "b.example")}});
  CHECK(hosts_of(load) == "a=a.example b=b.example");
  CHECK(load.held == Names{"a"});
  CHECK_FALSE(load.changed);
}

TEST_CASE("two gateways may swap their virtual hosts, but not when one of them is faulty") {
  Reloader reloader;
  reloader.load({{"1.yaml", with_host("a", "a.example")}, {"2.yaml", with_host("b", "b.example")}});
  const Load swapped = reloader.load(
      {{"1.yaml", with_host("a", "b.example")}, {"2.yaml", with_host("b", "a.example")}});
  CHECK(hosts_of(swapped) == "a=b.example b=a.example");
  CHECK(swapped.held.empty());
  const Load half =
      reloader.load({{"1.yaml", with_host("a", "a.example")}, {"2.yaml", "{name: b, port: x}\n"}});
  CHECK(hosts_of(half) == "a=b.example b=a.example");
  CHECK(half.held == Names{"a", "b"});
}

TEST_CASE("a removed gateway stays as it last was while one that serves refers to it") {
  const std::string referring = "{name: front, routes: {r: {gateway: shop}}}\n";
  const std::string other = "{name: front, routes: {r: {backend: b}}}\n";
  Reloader reloader;
  reloader.load({{"1.yaml", referring}, {"2.yaml", split("shop", 50, 50)}});
  for (int i = 0; i < 2; ++i) {
    const Load load = reloader.load({{"1.yaml", referring}});
    CHECK(serving(load) == "front(r=100) shop(v1=50 v2=50)");
    CHECK(load.held == Names{"shop"});
    CHECK(load.missing.empty());
    CHECK(reloader.reported.find("shop was removed, but front refers to it: the last form of shop "
                                 "stays\n") != std::string::npos);
  }
  SECTION("until it is back") {
    const Load back = reloader.load({{"1.yaml", referring}, {"2.yaml", split("shop", 60, 40)}});
    CHECK(serving(back) == "front(r=100) shop(v1=60 v2=40)");
    CHECK(back.held.empty());
    CHECK(reloader.reported.empty());
  }
  SECTION("until nothing refers to it") {
    const Load load = reloader.load({{"1.yaml", other}});
    CHECK(serving(load) == "front(r=100)");
    CHECK(load.held.empty());
    CHECK(reloader.reported.empty());
    // And then it is forgotten.
    CHECK(reloader.load({{"1.yaml", referring}}).held == Names{"front"});
  }
  SECTION("until the one that refers to it is removed, too") {
    CHECK(reloader.load({}).table->gateways().empty());
  }
  SECTION("also while the one that refers to it is faulty") {
    const Load load = reloader.load({{"1.yaml", "{name: front, port: x}\n"}});
    CHECK(serving(load) == "front(r=100) shop(v1=50 v2=50)");
    CHECK(load.held == Names{"front", "shop"});
  }
}

TEST_CASE("removed gateways that refer to each other stay with the one that serves") {
  const std::string front = "{name: front, routes: {r: {gateway: middle}}}\n";
  const std::string middle = "{name: middle, routes: {r: {gateway: shop}}}\n";
  Reloader reloader;
  reloader.load({{"1.yaml", front}, {"2.yaml", middle}, {"3.yaml", split("shop", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", front}});
  CHECK(serving(load) == "front(r=100) middle(r=100) shop(v1=50 v2=50)");
  CHECK(load.held == Names{"middle", "shop"});
}

TEST_CASE("a new gateway does not bring a removed one back, and is left out") {
  Reloader reloader;
  reloader.load({{"2.yaml", split("shop", 50, 50)}});
  const Load load = reloader.load({{"1.yaml", "{name: front, routes: {r: {gateway: shop}}}\n"}});
  CHECK(load.table->gateways().empty());
  CHECK(load.missing == Names{"front"});
}

TEST_CASE("default virtual hosts take part in clashes") {
  Reloader reloader("example.internal");
  const Load load = reloader.load(
      {{"1.yaml", with_host("a", "b.example.internal")}, {"2.yaml", with_host("b", "x.example")}});
  CHECK(load.missing == Names{"b"});
}

TEST_CASE("as many gateways as the limit serve, one more new one is left out") {
  const auto many = [](std::size_t count) {
    GatewayFile file{"1.yaml", false, {}};
    for (std::size_t i = 0; i < count; ++i) {
      auto& gateway = file.gateways.emplace_back().spec;
      gateway.name = "g" + std::to_string(i);
      auto& route = gateway.routes.emplace_back();
      route.name = "r";
      route.backend = routing::SpecText{"b", {}};
    }
    return file;
  };
  Reloader reloader;
  CHECK(reloader.load_read({many(limits::kGateways)}).table->gateways().size() ==
        limits::kGateways);
  CHECK(reloader.reported.empty());
  const Load load = reloader.load_read({many(limits::kGateways + 1)});
  CHECK(load.table->gateways().size() == limits::kGateways);
  CHECK(load.missing == Names{"g10000"});
  CHECK_FALSE(load.changed);
  CHECK(reloader.reported ==
        "found 10001 gateways, at most 10000 are allowed; the last ones are left out\n");
}

TEST_CASE("clashes are settled within the limit of rounds, beyond it nothing changes") {
  // Every gateway takes over the host of the next, but the last one is faulty and keeps its own:
  // one gateway after the other has to step back, one a round.
  const auto shifted = [](std::size_t count, std::size_t by) {
    Reloader::Files files;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = "g" + std::to_string(i + 10);
      files.emplace_back(name + ".yaml",
                         with_host(name, "h" + std::to_string(i + by) + ".example"));
    }
    if (by > 0) files.back().second = "{name: g" + std::to_string(count + 9) + ", port: x}";
    return files;
  };
  // The last round finds nothing more to settle.
  const std::size_t most = limits::kLinkRounds;
  Reloader reloader;
  const std::string before = hosts_of(reloader.load(shifted(most, 0)));
  const Load settled = reloader.load(shifted(most, 1));
  CHECK(hosts_of(settled) == before);
  CHECK(settled.held.size() == most);
  CHECK(reloader.reported.find("no set of gateways") == std::string::npos);

  Reloader beyond;
  const Load first = beyond.load(shifted(most + 1, 0));
  const Load stuck = beyond.load(shifted(most + 1, 1));
  CHECK(stuck.table == first.table);
  CHECK_FALSE(stuck.changed);
  CHECK(beyond.reported.find("no set of gateways was found that fits together; nothing changes") !=
        std::string::npos);
}

TEST_CASE("gateways that need headers which are not sent are warned about, and serve") {
  GatewayStore store("", std::vector<std::string>{"cookie"});
  for (int i = 0; i < 2; ++i) {  // compiled the first time, remembered the second
    Diagnostics diagnostics;
    const std::string yaml = "name: a\nroutes: {x: {condition: has header B, backend: b}}\n";
    const auto file = config::parse_gateway_file("f", yaml, diagnostics);
    CHECK(store.load({file}, diagnostics).table->gateways().size() == 1);
    CHECK_THAT(printed(diagnostics), Catch::StartsWith("f:2:25: warning: routes.x.condition: needs "
                                                       "the header 'b', which spoe.headers"));
  }
}
