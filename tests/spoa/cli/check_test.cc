#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

ProgramResult check_text(const std::string& text, std::vector<std::string> more = {}) {
  const Deployment deployment;
  std::vector<std::string> arguments = {"check", "-"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return deployment.run(arguments, {text, {}, {}});
}

}  // namespace

TEST_CASE("check lists shares, strengths, conditions and backends") {
  const Deployment deployment;
  const ProgramResult result = deployment.run({"check"});
  CHECK(result.err == "");
  CHECK(result.exit_code == 0);
  CHECK(result.out ==
        "shop  port 8080/http  hosts shop.example.com  sticky by route (cookie pm_shop)\n"
        "  ROUTE      WEIGHT  BACKEND  STRENGTH  CONDITION\n"
        "  shop/v1      80 %  be_v1\n"
        "  shop/v2      20 %  be_v2        50 %  user-agent == Firefox\n"
        "\n"
        "1 gateway with 2 routes: 0 errors, 0 warnings, 0 notes\n");
}

TEST_CASE("check looks at the template of managed mode") {
  const Deployment deployment;
  const std::string own = deployment.folder.write("own.mustache", "{{#frontends}}\n");
  deployment.folder.write("pointsman.yaml",
                          "gateways: gateways\nstate: state\nmanage_haproxy: {folder: ., "
                          "reload: ['true'], template: own.mustache}\n");
  const ProgramResult result = deployment.run({"check"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(own + ":1:1: "));
}

TEST_CASE("check reads files, folders and standard input alike") {
  const Deployment deployment;
  const std::string& folder = deployment.folder.path("gateways");
  const std::string whole = deployment.run({"check"}).out;
  CHECK(deployment.run({"check", folder}).out == whole);
  CHECK(deployment.run({"check", folder + "/shop.yaml"}).out == whole);
  CHECK(deployment.run({"check", "-g", folder}).out == whole);
  CHECK(deployment.run({"check", "-"}, {kShop, {}, {}}).out == whole);
}

TEST_CASE("check takes files and -g together, each several times") {
  const Deployment deployment;
  std::vector<std::string> paths;
  for (const std::string name : {"a", "b", "c", "d"}) {
    paths.push_back(deployment.folder.write(
        name + ".yaml", "name: " + name + "\nroutes: {r: {backend: be_" + name + "}}\n"));
  }
  const ProgramResult result =
      deployment.run({"check", "-g", paths[0], "-g", paths[1], paths[2], paths[3]});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("4 gateways with 4 routes"));
}

TEST_CASE("check warns of headers that gateways need and HAProxy does not send") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml", "gateways: gateways\nspoe: {headers: [cookie]}\n");
  const ProgramResult result = deployment.run({"check"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("shop.yaml:11:16: warning: routes.shop/v2.condition: needs the "
                                  "header 'user-agent', which spoe.headers does not list"));
  CHECK_THAT(result.err, !Contains("'cookie'"));
}

TEST_CASE("check notes a route to a service that neither a file nor a gateway has") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml", "gateways: gateways\nservices: services\n");
  deployment.folder.write("services/web.yaml", "name: web\n");
  deployment.folder.write("gateways/shop.yaml",
                          "name: shop\nroutes:\n"
                          "  v1: {weight: 100%, instances: ['10.0.0.1:80']}\n"
                          "  v2: {weight: 0%, service: shop-v1}\n"
                          "  v3: {weight: 0%, service: web}\n"
                          "  v4: {weight: 0%, service: wbe}\n");
  const ProgramResult result = deployment.run({"check", "--strict"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err,
             Contains("shop.yaml:6:29: note: routes.v4: no file has the service 'wbe'") &&
                 Contains("did you mean 'web'?") && !Contains("routes.v2") &&
                 !Contains("routes.v3"));
}

TEST_CASE("check tells every error with its place, all at once") {
  const ProgramResult result = check_text(
      "name: shop\n"
      "routes:\n"
      "  v1: {wieght: 100%}\n"
      "---\n"
      "name: cart\n"
      "routes:\n"
      "  v1: {weight: 100%, condition: path == }\n");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("<stdin>:3:8:") && Contains("wieght") && Contains("weight"));
  CHECK_THAT(result.err, Contains("<stdin>:7:"));
  CHECK_THAT(result.out, Contains("faulty: ") && Contains("shop") && Contains("cart"));
}

TEST_CASE("check lists the good gateways beside the faulty ones") {
  const Deployment deployment;
  deployment.folder.write("gateways/zoo.yaml", "name: zoo\nroutes: {v1: {weight: 40%}}\n");
  const ProgramResult result = deployment.run({"check"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("shop/v2") && Contains("faulty: zoo"));
  CHECK_THAT(result.err, Contains("zoo.yaml:2:"));
}

TEST_CASE("check finds what is wrong between gateways") {
  const ProgramResult result = check_text(
      "name: a\n"
      "virtual_hosts: [x.example]\n"
      "routes: {r: {backend: be_a}}\n"
      "---\n"
      "name: b\n"
      "virtual_hosts: [X.example]\n"
      "routes: {r: {backend: be_b}}\n");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("<stdin>:6:") && Contains("x.example"));
}

TEST_CASE("check exits with 79 for warnings under --strict, with 0 otherwise") {
  const Deployment deployment;
  deployment.folder.write("gateways/empty.yaml", "");
  std::filesystem::remove(deployment.folder.path("gateways/shop.yaml"));
  const ProgramResult easy = deployment.run({"check"});
  CHECK(easy.exit_code == 0);
  CHECK_THAT(easy.err, Contains("warning: no gateway found here"));
  CHECK(deployment.run({"check", "--strict"}).exit_code == 79);
}

TEST_CASE("check says which file or folder is missing") {
  const Deployment deployment;
  const ProgramResult result = deployment.run({"check", "/nonexistent/gateways"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("/nonexistent/gateways") && Contains("No such file"));
  const ProgramResult settings = run_program({"check", "-c", "/nonexistent/pointsman.yaml"});
  CHECK(settings.exit_code == 1);
  CHECK_THAT(settings.err, Contains("/nonexistent/pointsman.yaml") && Contains("No such file"));
}

TEST_CASE("check names a mistyped key of the settings and still checks the files given") {
  const Deployment deployment;
  deployment.folder.write("pointsman.yaml", "gatways: gateways\n");
  const ProgramResult result = deployment.run({"check", "-"}, {"name: [1]\n", {}, {}});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("pointsman.yaml:1:1:") && Contains("gateways"));
  CHECK_THAT(result.err, Contains("<stdin>:1:"));
}

TEST_CASE("check refuses bytes that are no YAML, and shows none of them raw") {
  for (const std::string& text :
       {std::string("\x00\x01\x02 name: x", 12), std::string("name: \xff\xfe\x80"),
        std::string("name: \"a\x1b[2J\"\n"), std::string("{[}]"),
        std::string("\x7f"
                    "ELF\x02")}) {
    const ProgramResult result = check_text(text);
    INFO(result.err << result.out);
    CHECK(result.exit_code == 1);
    CHECK(result.err.find('\x1b') == std::string::npos);
    CHECK(result.err.find('\0') == std::string::npos);
  }
}

TEST_CASE("check as JSON carries gateways and diagnostics") {
  const Deployment deployment;
  const ProgramResult result = deployment.run({"check", "-o", "json"});
  CHECK(result.exit_code == 0);
  const auto document = nlohmann::json::parse(result.out);
  CHECK(document["valid"] == true);
  CHECK(document["diagnostics"].empty());
  const auto& shop = document["gateways"][0];
  CHECK(shop["name"] == "shop");
  CHECK(shop["routes"][0]["share_percent"] == 80.0);
  CHECK(shop["routes"][0]["condition"].is_null());
  CHECK(shop["routes"][1]["condition"] == "user-agent == Firefox");
  CHECK(shop["routes"][1]["strength_percent"] == 50.0);
  CHECK(shop["routes"][1]["backend"] == "be_v2");
}

TEST_CASE("check as JSON stays JSON for invalid gateways") {
  const ProgramResult result = check_text("name: shop\nrouts: {}\n", {"-o", "json"});
  CHECK(result.exit_code == 1);
  CHECK(result.err.empty());
  const auto document = nlohmann::json::parse(result.out);
  CHECK(document["valid"] == false);
  REQUIRE_FALSE(document["diagnostics"].empty());
  const auto& first = document["diagnostics"][0];
  CHECK(first["severity"] == "error");
  CHECK(first["file"] == "<stdin>");
  CHECK(first["line"] == 2);
  CHECK(first["column"] == 1);
}

TEST_CASE("check shows at most 100 diagnostics and says how many there are more") {
  const auto errors = [](std::size_t number) {
    std::string text = "name: shop\nroutes: {v1: {backend: be}}\n";
    for (std::size_t i = 0; i < number; ++i) text += "strange" + std::to_string(i) + ": 1\n";
    return check_text(text).err;
  };
  using pointsman::limits::kDiagnosticsShown;
  CHECK_THAT(errors(kDiagnosticsShown), !Contains("more"));
  CHECK_THAT(errors(kDiagnosticsShown + 1), Contains("... and 1 more\n"));
}

TEST_CASE("check --defaults prints settings that are valid themselves") {
  const ProgramResult result = run_program({"check", "--defaults"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("/etc/pointsman/gateways"));
  const TemporaryFolder folder;
  const std::string settings = folder.write("pointsman.yaml", result.out);
  CHECK(run_program({"check", "-", "-c", settings}, {kShop, {}, {}}).exit_code == 0);
}

TEST_CASE("output that goes to a file has no colour") {
  const Deployment deployment;
  const ProgramResult result = deployment.run({"check"}, {"", {{"TERM", "xterm"}}, {}});
  CHECK(result.out.find('\x1b') == std::string::npos);
}

TEST_CASE("check warns of more patterns than a bridge takes, and of none below") {
  const auto gateway = [](std::size_t patterns) {
    std::string text = "name: shop\nport: 8080\nroutes:\n";
    for (std::size_t i = 0; i < patterns; ++i) {
      text += "  r" + std::to_string(i) + ": {weight: " + (i == 0 ? "100%" : "0%") +
              ", backend: be, condition: path matches '^/" + std::to_string(i) + "'}\n";
    }
    return text;
  };
  CHECK(check_text(gateway(pointsman::limits::kTablePatterns)).err == "");
  const ProgramResult result = check_text(gateway(pointsman::limits::kTablePatterns + 1));
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("warning") && Contains("routes: has more than 32 different "
                                                         "patterns: 1 'matches' count as false"));
}
