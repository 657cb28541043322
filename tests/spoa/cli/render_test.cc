#include <catch2/catch.hpp>

#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

TEST_CASE("render prints the configuration alone") {
  const Deployment deployment;
  const ProgramResult complete = deployment.run({"render", "--chroot", ""});
  INFO(complete.err);
  CHECK(complete.exit_code == 0);
  CHECK_THAT(complete.out,
             Contains("frontend ") && Contains("unix@" + deployment.folder.path("spop.sock")));
  const ProgramResult snippet = deployment.run({"render", "--snippet", "--chroot", ""});
  CHECK(snippet.exit_code == 0);
  CHECK_THAT(snippet.out, Contains("filter spoe"));
  CHECK(snippet.out != complete.out);
}

TEST_CASE("render -o writes all files and names them by where they lie") {
  const Deployment deployment;
  const std::string target = deployment.folder.path("out");
  const ProgramResult result =
      deployment.run({"render", "--snippet", "--chroot", "", "-o", target});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains(target + "/pointsman.cfg\n") &&
                             Contains(target + "/pointsman.spoe.cfg\n") &&
                             Contains(target + "/pointsman.backends.map\n"));
  CHECK_THAT(deployment.folder.read("out/pointsman.cfg"), Contains(target + "/pointsman.spoe.cfg"));
  CHECK_THAT(deployment.folder.read("out/pointsman.backends.map"), Contains("be_v1"));
  const std::string bridge = target + "/pointsman/pointsman.lua";
  CHECK_THAT(result.out, Contains("/out/pointsman/\n"));
  CHECK_THAT(deployment.folder.read("out/pointsman.cfg"),
             Contains("lua-load-per-thread " + bridge + "\n") &&
                 Contains("setenv POINTSMAN_TABLE " + deployment.folder.path("state/table\n")));
  CHECK_FALSE(deployment.folder.read("out/pointsman/pointsman.lua").empty());
}

TEST_CASE("render writes the same files again") {
  const Deployment deployment;
  deployment.folder.write("gateways/pinned.yaml",
                          "name: pinned\nport: 8081\nsticky: instance\n"
                          "routes: {a: {instances: [\"127.0.0.1:9001\"]}}\n");
  std::filesystem::create_directory(deployment.folder.path("state"));
  const std::vector<std::string> arguments = {"render", "--chroot", "", "-o",
                                              deployment.folder.path("out")};
  const ProgramResult first = deployment.run(arguments);
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.err, Contains("instance.key"));
  const std::string configuration = deployment.folder.read("out/haproxy.cfg");
  const ProgramResult second = deployment.run(arguments);
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.err, !Contains("instance.key"));
  CHECK(deployment.folder.read("out/haproxy.cfg") == configuration);
}

TEST_CASE("render takes the bridge's sources as given, or leaves the bridge out") {
  const Deployment deployment;
  const ProgramResult given =
      deployment.run({"render", "--chroot", "", "--table-file", "/srv/table", "--table-agent",
                      "unix:/run/a.sock", "--table-agent", "192.0.2.1:9013"});
  INFO(given.err);
  CHECK(given.exit_code == 0);
  CHECK_THAT(given.out, Contains("setenv POINTSMAN_TABLE /srv/table\n") &&
                            Contains("POINTSMAN_AGENTS unix@/run/a.sock,192.0.2.1:9013\n"));
  const ProgramResult without =
      deployment.run({"render", "--chroot", "", "--no-bridge", "-o", deployment.folder.path("o")});
  CHECK(without.exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("o/pointsman")));
}

TEST_CASE("render refuses a socket that HAProxy cannot reach from its chroot") {
  const Deployment deployment;
  const ProgramResult result = deployment.run({"render", "--chroot", "/var/lib/haproxy"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("/var/lib/haproxy") && Contains("spop.sock"));
}

TEST_CASE("render writes nothing for gateways that are faulty") {
  const Deployment deployment;
  deployment.folder.write("gateways/bad.yaml", "name: bad\nroutes: {a: {weight: 1}, b: {}}\n");
  const ProgramResult result =
      deployment.run({"render", "--chroot", "", "-o", deployment.folder.path("out")});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("bad.yaml:2:"));
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("out")));
}

TEST_CASE("render refuses a bind that names no port") {
  for (const char* bind : {"8080", "=x", "8080=", "0=x", "70000=x", "http=x"}) {
    INFO(bind);
    CHECK(Deployment().run({"render", "--port-bind", bind}).exit_code == 2);
  }
}

TEST_CASE("render fills a template of the user's, with partials beside it") {
  const Deployment deployment;
  const std::string file = deployment.folder.write(
      "edge.cfg.mustache", "{{#gateways}}{{> one}}{{/gateways}}\n{{> agents}}\n");
  deployment.folder.write("one.mustache", "# {{name}}: {{#routes}}{{name}} {{/routes}}\n");
  const ProgramResult result = deployment.run(
      {"render", "--chroot", "", "--template", file, "-o", deployment.folder.path("out")});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(deployment.folder.read("out/edge.cfg"),
             Contains("# shop: shop/v1 shop/v2 \nbackend pointsman-agents\n"));
  CHECK_FALSE(deployment.folder.read("out/pointsman.spoe.cfg").empty());
}

TEST_CASE("render tells what is wrong with a template, all of it, and writes nothing") {
  const Deployment deployment;
  const std::string file =
      deployment.folder.write("edge.cfg.mustache", "{{#gateways}}\n{{nam}}\n{{> decid}}\n");
  const ProgramResult result = deployment.run(
      {"render", "--chroot", "", "--template", file, "-o", deployment.folder.path("out")});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err,
             Contains(file + ":1:1: the section 'gateways' does not end") &&
                 Contains(file + ":2:1: no data has the name 'nam' here; did you mean 'name'?") &&
                 Contains(file + ":3:1: no partial 'decid'"));
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("out")));
}

TEST_CASE("render --data prints what templates see") {
  const ProgramResult result = Deployment().run({"render", "--chroot", "", "--data"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Catch::Matchers::StartsWith("{\n") && Contains("\"spoe_file\"") &&
                             Contains("\"condition\": \"user-agent == Firefox\""));
}

TEST_CASE("render makes one thing at a time") {
  for (const auto& both : std::vector<std::vector<std::string>>{{"--snippet", "--sections"},
                                                                {"--snippet", "--check"},
                                                                {"--data", "--sections"},
                                                                {"--with", "x"}}) {
    std::vector<std::string> arguments{"render"};
    arguments.insert(arguments.end(), both.begin(), both.end());
    CHECK(Deployment().run(arguments).exit_code == 2);
  }
}
