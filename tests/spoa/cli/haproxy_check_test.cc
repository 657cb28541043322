#include "cli/haproxy_check.h"

#include <catch2/catch.hpp>

#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

// Stands for HAProxy: writes its arguments down, shows its last file, and says what it is told to.
std::string fake_haproxy(const Deployment& deployment, const std::string& script) {
  return deployment.folder.write("fake-haproxy",
                                 "#!/bin/sh\n"
                                 "echo \"$@\" >" +
                                     deployment.folder.path("arguments") +
                                     "\nfor file; do :; done\n"
                                     "cp \"$file\" " +
                                     deployment.folder.path("seen.cfg") + "\n" + script,
                                 0755);
}

ProgramResult check(const Deployment& deployment, const std::string& haproxy) {
  return deployment.run({"render", "--chroot", "", "--check", "--haproxy", haproxy, "-o",
                         deployment.folder.path("out")});
}

}  // namespace

TEST_CASE("what HAProxy is content with is written; the check leaves nothing behind") {
  const Deployment deployment;
  const ProgramResult result = check(deployment, fake_haproxy(deployment, "exit 0\n"));
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(deployment.folder.read("out/haproxy.cfg").empty());
  CHECK_FALSE(deployment.folder.read("seen.cfg").empty());
  const std::string arguments = deployment.folder.read("arguments");
  CHECK_THAT(arguments, Contains("-c -f "));
  const std::string checked = arguments.substr(arguments.rfind("-f ") + 3);
  CHECK_FALSE(std::filesystem::exists(checked.substr(0, checked.find('\n'))));
}

TEST_CASE("a fault that HAProxy finds is told with the gateway's place, and nothing is written") {
  const Deployment deployment;
  deployment.folder.write("gateways/shop.yaml",
                          "name: shop\nport: 8080\nroutes:\n"
                          "  v1: {instances: [\"127.0.0.1:1\"], balance: weird(3)}\n");
  const std::string haproxy = fake_haproxy(
      deployment,
      "line=$(grep -n 'balance weird' \"$file\" | cut -d: -f1)\n"
      "echo \"[ALERT]    (1) : config : parsing [$file:$line] : 'balance': what is that?\" >&2\n"
      "exit 1\n");
  const ProgramResult result = check(deployment, haproxy);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("gateways/shop.yaml:4:45: routes.v1.balance: HAProxy: parsing "
                                  "[haproxy.cfg:") &&
                             Contains("'balance': what is that?"));
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("out")));
}

TEST_CASE("a warning of HAProxy's is told, and does not hinder") {
  const Deployment deployment;
  const ProgramResult result =
      check(deployment, fake_haproxy(deployment, "echo '[WARNING]  (1) : config : hm' >&2\n"));
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("warning: HAProxy: hm"));
  CHECK_FALSE(deployment.folder.read("out/haproxy.cfg").empty());
}

TEST_CASE("one that fails without a word it is known by fails the check") {
  const Deployment deployment;
  const ProgramResult result =
      check(deployment, fake_haproxy(deployment, "echo 'no idea'; exit 3\n"));
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("exit code 3") && Contains("no idea"));
  CHECK_FALSE(std::filesystem::exists(deployment.folder.path("out")));
}

TEST_CASE("one that is not there fails the check") {
  const Deployment deployment;
  const ProgramResult result = check(deployment, deployment.folder.path("none"));
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("none: cannot be run"));
}

TEST_CASE("files of the user's are read before the rendered one") {
  const Deployment deployment;
  const std::string own = deployment.folder.write("own.cfg", "");
  const ProgramResult result =
      deployment.run({"render", "--sections", "--chroot", "", "--check", "--haproxy",
                      fake_haproxy(deployment, ""), "--with", own});
  CHECK(result.exit_code == 0);
  CHECK_THAT(deployment.folder.read("arguments"), Contains("-c -f " + own + " -f "));
}
