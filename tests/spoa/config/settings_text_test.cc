#include <catch2/catch.hpp>

#include "config/settings.h"

using namespace pointsman;

TEST_CASE("the defaults, as printed") {
  CHECK(to_yaml(config::default_settings()) == R"(gateways: "/etc/pointsman/gateways"
services: "/etc/pointsman/services"
scripts: "/etc/pointsman/scripts"
state: "/var/lib/pointsman"
spop:
  listen:
    - "unix:/var/lib/haproxy/pointsman/spop.sock"
    - "127.0.0.1:9012"
  workers: auto
  message: "pointsman"
  max_frame_size: 65532
  socket_mode: "0660"
table:
  listen:
    - "unix:/var/lib/haproxy/pointsman/table.sock"
  socket_mode: "0660"
admin:
  listen:
    - "127.0.0.1:9014"
  socket_mode: "0660"
registry:
  keep_last: 300s
dns:
  listen:
    - "127.0.0.1:8600"
  workers: 1
  zones: ["pointsman.internal"]
  ttl: 5s
  reverse: []
  rate_limit: 0
forward:
  allow: []
  to: []
edge:
  listen: ["*:80"]
  tls_listen: ["*:443"]
  redirect_to_https: false
  proxy_protocol: []
  trust_forwarded: []
manage_haproxy:
  check: ["haproxy", "-c", "-f", "FILE"]
  chroot: "/var/lib/haproxy"
  user: "haproxy"
  group: "haproxy"
  port_bind: []
  demo: false
sticky:
  keys: "/var/lib/pointsman/sticky.keys"
virtual_host_domain: ""
log:
  level: "info"
  format: text
)");
}

TEST_CASE("what is given is printed so that it reads the same") {
  config::Settings settings = config::default_settings();
  settings.admin.listen = {*ListenAddress::parse("unix:/run/a b.sock")};
  settings.admin.socket_owner = "a:b";
  settings.admin.tokens = "/etc/\"tokens\"";
  settings.registry_keep_last = std::chrono::seconds(90);
  settings.advertise = {"10.0.0.1", "edge.example.com"};
  Diagnostics diagnostics;
  const std::string text = to_yaml(settings);
  const config::Settings again = config::parse_settings("", text, {}, diagnostics);
  CHECK(diagnostics.items().empty());
  CHECK(to_yaml(again) == text);
  CHECK(again.advertise == settings.advertise);
  CHECK(again.admin.tokens == settings.admin.tokens);
}

TEST_CASE("listeners with TLS are printed so that they read the same") {
  config::Settings settings = config::default_settings();
  ListenAddress& outside = settings.spop.listen.emplace_back(*ListenAddress::parse("*:9012"));
  outside.tls = TlsFiles{{"/a.pem", {}, ""}, {"/a.key", {}, ""}, {"/ca.pem", {}, ""}, {"b", "c"}};
  settings.table.listen = {*ListenAddress::parse("[::1]:1")};
  settings.table.listen[0].tls = TlsFiles{{"/x", {}, ""}, {"/x", {}, ""}, {}, {}};
  Diagnostics diagnostics;
  const std::string text = to_yaml(settings);
  const config::Settings again = config::parse_settings("", text, {}, diagnostics);
  CHECK(diagnostics.items().empty());
  CHECK(to_yaml(again) == text);
  REQUIRE(again.spop.listen.back().tls);
  CHECK(again.spop.listen.back().tls->client_names == std::vector<std::string>{"b", "c"});
  REQUIRE(again.table.listen.front().tls);
}
