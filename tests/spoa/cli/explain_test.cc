#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

nlohmann::ordered_json explained(const Deployment& deployment, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "explain");
  arguments.insert(arguments.end(), {"-o", "json"});
  const ProgramResult result = deployment.run(arguments);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return nlohmann::ordered_json::parse(result.out);
}

ProgramResult explain(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "explain");
  return Deployment().run(arguments);
}

}  // namespace

TEST_CASE("explain as JSON has exactly the documented keys, in order") {
  const Deployment deployment;
  const auto document = explained(deployment, {"--url", "http://shop.example.com/cart"});
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"gateway", "route", "backend", "alternate", "reason",
                                         "path", "cookie", "steps"});
}

TEST_CASE("explain settles weights by the roll that is given") {
  const Deployment deployment;
  const auto low =
      explained(deployment, {"--url", "http://SHOP.example.com.:8080/", "--weight-roll", "0.7999"});
  CHECK(low["gateway"] == "shop");
  CHECK(low["route"] == "shop/v1");
  CHECK(low["backend"] == "be_v1");
  CHECK(low["alternate"] == "be_v2");
  CHECK(low["reason"] == "weight");
  CHECK(low["path"].is_null());
  CHECK(explained(deployment, {"--gateway", "shop", "--weight-roll", "0.8"})["route"] == "shop/v2");
}

TEST_CASE("explain settles a condition by the strength roll that is given") {
  const Deployment deployment;
  const std::vector<std::string> firefox = {"--gateway",     "shop", "-H", "User-Agent: Firefox/9",
                                            "--weight-roll", "0"};
  auto arguments = firefox;
  arguments.insert(arguments.end(), {"--strength-roll", "0.4999"});
  const auto taken = explained(deployment, arguments);
  CHECK(taken["route"] == "shop/v2");
  CHECK(taken["reason"] == "condition");
  arguments.back() = "0.5";
  const auto lost = explained(deployment, arguments);
  CHECK(lost["route"] == "shop/v1");
  CHECK(lost["reason"] == "weight");
}

TEST_CASE("explain tells a roll that it drew") {
  const Deployment deployment;
  const auto steps = explained(deployment, {"--gateway", "shop"})["steps"].dump();
  CHECK_THAT(steps, Contains("weight roll") && Contains("--weight-roll sets it"));
}

TEST_CASE("explain sets a cookie that brings the visitor back to the route") {
  const Deployment deployment;
  REQUIRE(deployment.run({"keygen", "--add", deployment.folder.path("sticky.keys")}).exit_code ==
          2);  // keygen takes no -c
  REQUIRE(run_program({"keygen", "--add", deployment.folder.path("sticky.keys")}).exit_code == 0);
  std::filesystem::create_directory(deployment.folder.path("state"));
  std::filesystem::rename(deployment.folder.path("sticky.keys"),
                          deployment.folder.path("state/sticky.keys"));
  const auto first =
      explained(deployment, {"--url", "https://shop.example.com/", "--weight-roll", "0.9"});
  const std::string cookie = first["cookie"];
  CHECK_THAT(cookie, Catch::StartsWith("pm_shop=") && Contains("Secure") && Contains("HttpOnly"));
  const auto again =
      explained(deployment, {"--gateway", "shop", "--cookie", cookie.substr(0, cookie.find(';'))});
  CHECK(again["route"] == "shop/v2");
  CHECK(again["reason"] == "sticky");
  CHECK(again["cookie"].is_null());
}

TEST_CASE("explain without keys says so and uses made-up ones") {
  const Deployment deployment;
  const auto document = explained(deployment, {"--gateway", "shop"});
  CHECK_THAT(document["steps"][0].get<std::string>(),
             Contains("no sticky keys") && Contains("state/sticky.keys"));
  CHECK(document["cookie"].is_string());
}

TEST_CASE("explain shows a rewritten path") {
  const Deployment deployment;
  deployment.folder.write("gateways/api.yaml",
                          "name: api\n"
                          "routes:\n"
                          "  v2:\n"
                          "    backend: be\n"
                          "    rewrites: [{path: \"/v2%[path] if path starts with /api\"}]\n");
  const auto document = explained(deployment, {"--gateway", "api", "--url", "/api/x?y=1"});
  CHECK(document["path"] == "/v2/api/x");
  CHECK(explained(deployment, {"--gateway", "api", "--url", "/other"})["path"].is_null());
}

TEST_CASE("explain hands every fact of the request to conditions") {
  const Deployment deployment;
  deployment.folder.write(
      "gateways/facts.yaml",
      "name: facts\n"
      "routes:\n"
      "  all:\n"
      "    weight: 0%\n"
      "    backend: be_all\n"
      "    condition: method == PUT and scheme == https and host == x.example and path == /p\n"
      "      and query == \"a=b\" and src in (10.0.0.0/8) and sni == s.example and port == 444\n"
      "      and header X-A == one and cookie c == d and has header host\n"
      "  rest: {weight: 100%, backend: be_rest}\n");
  const auto document = explained(deployment, {"--gateway",
                                               "facts",
                                               "--method",
                                               "PUT",
                                               "--url",
                                               "https://x.example/p?a=b#f",
                                               "--src",
                                               "10.1.2.3",
                                               "--sni",
                                               "s.example",
                                               "--port",
                                               "444",
                                               "-H",
                                               "X-A:  one ",
                                               "--cookie",
                                               "b=c",
                                               "--cookie",
                                               "c=d",
                                               "--strength-roll",
                                               "0"});
  CHECK(document["route"] == "all");
}

TEST_CASE("explain shows why there is no decision") {
  const Deployment deployment;
  const auto by_host = explained(deployment, {"--url", "http://other.example/"});
  CHECK(by_host["reason"] == "none");
  for (const char* key : {"gateway", "route", "backend", "alternate", "path", "cookie"}) {
    INFO(key);
    CHECK(by_host[key].is_null());
  }
  const ProgramResult by_name = deployment.run({"explain", "--gateway", "shpo"});
  CHECK(by_name.exit_code == 0);
  CHECK_THAT(by_name.out, Contains("reason     none"));
  CHECK_THAT(by_name.err, Contains("there is no gateway 'shpo'"));
}

TEST_CASE("explain refuses requests that nobody can send") {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"--url", "shop.example.com"},
      {"--url", "ftp://shop.example.com/"},
      {"--url", "http://"},
      {"--url", "http://:80/"},
      {"--url", "http://x.example:0/"},
      {"--url", "http://x.example:65536/"},
      {"--url", "http://x.example:/"},
      {"--url", "http://[::1/"},
      {"--url", "http://user@x.example/"},
      {"--url", "http://x.example/a b"},
      {"--gateway", "shop", "-H", "NoColon"},
      {"--gateway", "shop", "-H", "bad name: x"},
      {"--gateway", "shop", "-H", "x: a\r\nb: c"},
      {"--gateway", "shop", "--cookie", "novalue"},
      {"--gateway", "shop", "--cookie", "a=b; c=d"},
      {"--gateway", "shop", "--src", "localhost"},
      {"--gateway", "shop", "--port", "0"},
      {"--gateway", "shop", "--port", "80x"},
      {"--gateway", "shop", "--method", ""},
  };
  for (const auto& arguments : bad) {
    const ProgramResult result = explain(arguments);
    INFO((arguments.empty() ? "" : arguments.back()) << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
  }
}

TEST_CASE("a roll is a number from 0 up to but not including 1") {
  for (const char* roll : {"1", "-0.1", "half", "0.5x", "nan", "inf", "1e9", "0,5"}) {
    const ProgramResult result = explain({"--gateway", "shop", "--weight-roll", roll});
    INFO(roll);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("--weight-roll"));
  }
  CHECK(explain({"--gateway", "shop", "--weight-roll", "0"}).exit_code == 0);
  CHECK(explain({"--gateway", "shop", "--weight-roll", "0.99999999"}).exit_code == 0);
}

TEST_CASE("a roll beside a present split key is a usage error") {
  const Deployment deployment;
  deployment.folder.write("gateways/keyed.yaml",
                          "name: keyed\n"
                          "split_by: header X-User\n"
                          "routes: {a: {weight: 50%, backend: a}, b: {weight: 50%, backend: b}}\n");
  for (const std::string roll : {"--weight-roll", "--strength-roll"}) {
    const std::vector<std::string> arguments = {"explain", "--gateway", "keyed", roll, "0.5"};
    CHECK(deployment.run(arguments).exit_code == 0);
    auto with_key = arguments;
    with_key.insert(with_key.end(), {"-H", "X-User: 7"});
    const ProgramResult result = deployment.run(with_key);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains(roll + " has no say: gateway 'keyed' splits by a key"));
    auto with_empty_key = arguments;
    with_empty_key.insert(with_empty_key.end(), {"-H", "X-User:"});
    CHECK(deployment.run(with_empty_key).exit_code == 0);
  }
}

TEST_CASE("a weight roll is a usage error also where a gateway amid references has the key") {
  const Deployment deployment;
  deployment.folder.write(
      "gateways/chain.yaml",
      "name: front\n"
      "routes: {on: {gateway: keyed}}\n"
      "---\n"
      "name: keyed\n"
      "split_by: header X-User\n"
      "routes: {a: {weight: 50%, gateway: end}, b: {weight: 50%, gateway: end}}\n"
      "---\n"
      "name: end\n"
      "routes: {x: {backend: x}}\n");
  std::vector<std::string> arguments = {"explain", "--gateway", "front", "--weight-roll", "0.5"};
  CHECK(deployment.run(arguments).exit_code == 0);
  arguments.insert(arguments.end(), {"-H", "X-User: 7"});
  const ProgramResult result = deployment.run(arguments);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("gateway 'keyed' splits by a key"));
}

TEST_CASE("explain does not guess from gateways that are faulty") {
  const Deployment deployment;
  const ProgramResult result =
      deployment.run({"explain", "--gateway", "x", "-g", "-"}, {"name: x\nroutes: 1\n", {}, {}});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("<stdin>:2:"));
}

TEST_CASE("explain --live says that it is not there") {
  const ProgramResult result = explain({"--gateway", "shop", "--live"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("not in this version"));
}
