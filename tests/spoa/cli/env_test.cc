#include "cli/env.h"

#include <catch2/catch.hpp>

#include "deployment.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

struct Gateways : Deployment {
  Gateways() {
    folder.write("gateways/shop.yaml",
                 "name: shop\nport: 8080\nroutes: {a: {backend: b}}\n---\n"
                 "name: mail/in\nport: 25/tcp\nroutes: {a: {backend: c}}\n---\n"
                 "name: 2nd-blog\nvirtual_hosts: ['*.x', blog.example.com]\n"
                 "routes: {a: {backend: d}}\n---\n"
                 "name: any\nvirtual_hosts: ['*']\nroutes: {a: {backend: e}}\n");
  }
};

}  // namespace

TEST_CASE("each gateway's host, port and URL, for the shell") {
  const Gateways g;
  const ProgramResult result = g.run({"env", "--address", "10.0.0.5"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out ==
        "export SHOP_HOST='10.0.0.5'\nexport SHOP_PORT='8080'\n"
        "export SHOP_URL='http://10.0.0.5:8080'\n"
        "export MAIL_IN_HOST='10.0.0.5'\nexport MAIL_IN_PORT='25'\n"
        "export MAIL_IN_URL='tcp://10.0.0.5:25'\n"
        "export _2ND_BLOG_HOST='blog.example.com'\nexport _2ND_BLOG_PORT='80'\n"
        "export _2ND_BLOG_URL='http://blog.example.com:80'\n");
}

TEST_CASE("the same for an env file and for Compose") {
  const Gateways g;
  CHECK_THAT(g.run({"env", "--address", "2001:db8::1", "--format", "dotenv"}).out,
             Contains("SHOP_HOST=2001:db8::1\nSHOP_PORT=8080\n"
                      "SHOP_URL=http://[2001:db8::1]:8080\n"));
  CHECK_THAT(g.run({"env", "--address", "edge", "--format", "compose"}).out,
             Contains("environment:\n  SHOP_HOST: \"edge\"\n  SHOP_PORT: \"8080\"\n"));
  CHECK(g.run({"env", "--format", "fish"}).exit_code == 2);
}

TEST_CASE("the address comes from the settings where none is given, and is needed for ports") {
  const Gateways g;
  const ProgramResult without = g.run({"env"});
  CHECK(without.exit_code == 1);
  CHECK(without.out.empty());
  CHECK_THAT(without.err, Contains("where does gateway 'shop' listen?"));
  g.folder.write("pointsman.yaml",
                 g.folder.read("pointsman.yaml") + "advertise: [edge.internal, 10.0.0.6]\n");
  CHECK_THAT(g.run({"env"}).out, Contains("SHOP_HOST='edge.internal'"));
  const ProgramResult odd = g.run({"env", "--address", "a'b"});
  CHECK(odd.exit_code == 2);
  CHECK_THAT(odd.err, Contains("wanted an address or a host name"));
}

TEST_CASE("two gateways of one name are an error that names both, and nothing is printed") {
  const Deployment d;
  d.folder.write("gateways/shop.yaml",
                 "name: shop\nport: 1\nroutes: {a: {backend: b}}\n---\n"
                 "name: SHOP\nport: 2\nroutes: {a: {backend: c}}\n");
  const ProgramResult result = d.run({"env", "--address", "x"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("gateways 'shop' and 'SHOP' would both be SHOP_HOST"));
}

TEST_CASE("faulty gateways are told, not left out") {
  const Deployment d;
  d.folder.write("gateways/shop.yaml", "name: shop\nport: x\n");
  CHECK(d.run({"env", "--address", "x"}).exit_code == 1);
}
