#include "render/render.h"

#include <catch2/catch.hpp>

#include "routing/raw_acl.h"
#include "spoa/render/gateway_samples.h"
#include "spoa/render/template_samples.h"
#include "support/golden.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Matchers::Contains;

namespace {

routing::SpecText text(const std::string& value) { return {value, {}}; }

// Without the bridge's files, which lua/haproxy/ has already.
render::RenderedFiles configuration_of(const render::RenderedFiles& files) {
  return {files.begin(), files.begin() + 3};
}

}  // namespace

TEST_CASE("the files beside a configuration are placed in one folder") {
  render::Options options;
  render::place_files("/etc/haproxy", options);
  CHECK(options.spoe_file == "/etc/haproxy/pointsman.spoe.cfg");
  CHECK(options.whitelist_file == "/etc/haproxy/pointsman.backends.map");
  CHECK(options.bridge_file == "/etc/haproxy/pointsman/pointsman.lua");
}

TEST_CASE("the shipped files are what the snippet of no gateway consists of") {
  const auto files = render::render_snippet(*table_of({}), {});
  REQUIRE(files);
  for (const auto& file : configuration_of(*files)) {
    check_golden("haproxy-conf/" + file.name, file.text);
  }
}

TEST_CASE("the snippet of a gateway names it, lists its backends and brings them along") {
  const auto files = render::render_snippet(*table_of({shop()}), {});
  REQUIRE(files);
  for (const auto& file : configuration_of(*files)) {
    check_golden("tests/golden/render/snippet/" + file.name, file.text);
  }
}

TEST_CASE("the snippet of one gateway with virtual hosts leaves it to the host who is routed") {
  const auto names_gateway = [](const routing::GatewaySpec& spec, const std::string& domain) {
    const auto files = render::render_snippet(*table_of({spec}, domain), {});
    REQUIRE(files);
    return (*files)[0].text.find("\n    http-request set-var(txn.pm_gateway) str(shop)\n") !=
           std::string::npos;
  };
  auto with_host = shop();
  with_host.virtual_hosts = {text("www.example.com")};
  CHECK(names_gateway(shop(), ""));
  CHECK_FALSE(names_gateway(with_host, ""));
  CHECK_FALSE(names_gateway(shop(), "example.com"));
}

TEST_CASE("a complete configuration has a frontend for a port and one for all virtual hosts") {
  auto web = gateway(
      "web", {route("web/new", 30, {"192.0.2.1:80"}), route("web/old", 70, {"[2001:db8::1]:80"})});
  web.routes[1].instances[0].address = "2001:db8::1";
  web.routes[0].balance = "hdr(X-User) use_domain_only";
  web.virtual_hosts = {text("www.example.com"), text("*.example.com")};
  web.sticky.by = routing::StickySpec::By::kInstance;
  auto rest = gateway("rest", {route("rest/all", 100, {"192.0.2.3:80"})});
  rest.virtual_hosts = {text("*"), text("*.shop.example.com")};

  render::Options options;
  options.agents = {"unix:/var/lib/haproxy/pointsman/spop.sock", "agent.internal:9012"};
  options.instance_cookie_key = "a-secret";
  options.log_target = "stdout format raw local0";
  options.stats_socket = "/run/haproxy/admin.sock";
  options.show_decisions = true;
  const auto files = render::render_complete(*table_of({shop(), web, rest}), options);
  REQUIRE(files);
  for (const auto& file : configuration_of(*files)) {
    check_golden("tests/golden/render/complete/" + file.name, file.text);
  }
}

TEST_CASE("sections alone have no global but the bridge's lines, and no defaults") {
  auto spec = shop();
  spec.virtual_hosts = {text("www.example.com")};
  const auto files = render::render_sections(*table_of({spec}), {});
  REQUIRE(files);
  check_golden("tests/golden/render/sections/pointsman.cfg", files->front().text);
  render::Options options;
  options.bridge = false;
  const auto without = render::render_sections(*table_of({spec}), options);
  REQUIRE(without);
  CHECK_THAT(without->front().text, !Contains("\nglobal\n") && !Contains("\ndefaults"));
}

TEST_CASE("checks, slow start, redispatch and backups become lines of a backend") {
  auto spec = shop();
  routing::CheckSpec check{routing::CheckSpec::Kind::kHttp,
                           "/health?a=1",
                           "HEAD",
                           "shop.example.com",
                           "200-299,304",
                           8081,
                           std::chrono::seconds(5),
                           std::chrono::seconds(2),
                           3,
                           4};
  spec.routes[0].check = check;
  spec.routes[0].slow_start = std::chrono::seconds(30);
  spec.routes[0].redispatch = false;
  spec.routes[1].check.emplace().kind = routing::CheckSpec::Kind::kNone;
  spec.routes[1].slow_start = std::chrono::seconds(10);
  spec.routes[1].instances[1].backup = true;
  const auto files = render::render_complete(*table_of({spec}), {});
  REQUIRE(files);
  const std::string& text = files->front().text;
  check_golden("tests/golden/render/backends/haproxy.cfg", text.substr(text.find("# Gateway")));
}

TEST_CASE("virtual hosts on both ports, with all that an edge does") {
  auto web = gateway("web", {route("web/v1", 100, {"192.0.2.1:80"})});
  web.virtual_hosts = {text("www.example.com")};
  auto shop_too = shop();
  shop_too.virtual_hosts = {text("shop.example.com")};
  render::Options options;
  options.bridge = false;
  options.edge.certificates = "/etc/haproxy/tls";
  options.edge.redirect_to_https = true;
  options.edge.hsts = std::chrono::hours(24);
  options.edge.proxy_protocol = {"192.0.2.0/24", "2001:db8::/32"};
  options.edge.trust_forwarded = {"10.0.0.0/8"};
  const auto files = render::render_complete(*table_of({web, shop_too}), options);
  REQUIRE(files);
  check_golden("tests/golden/render/edge/haproxy.cfg", files->front().text);
}

TEST_CASE("each distinct raw ACL is evaluated once, before the question, and sent") {
  auto spec = shop();
  spec.routes[0].condition = text("< path_beg /x > and <{ ssl_fc } or !{ src 10.0.0.0/8 }>");
  spec.routes[1].condition = text("<path_beg /x>");
  const std::string beg = routing::raw_acl_name("path_beg /x");
  const std::string tls = routing::raw_acl_name("{ ssl_fc } or !{ src 10.0.0.0/8 }");
  for (const auto& files : {render::render_snippet(*table_of({spec}), {}),
                            render::render_sections(*table_of({spec}), {}),
                            render::render_complete(*table_of({spec}), {})}) {
    REQUIRE(files);
    const std::string& rendered = files->front().text;
    const auto at = rendered.find("    http-request set-var(txn.pm_acl_" + beg +
                                  ") bool(true) if { path_beg /x }\n");
    REQUIRE(at != std::string::npos);
    CHECK(rendered.find("txn.pm_acl_" + beg, at + 45) == std::string::npos);
    CHECK(at < rendered.find("send-spoe-group"));
    CHECK_THAT(rendered, Contains("    http-request set-var(txn.pm_acl_" + tls +
                                  ") bool(true) if { ssl_fc } or !{ src 10.0.0.0/8 }\n"));
    CHECK_THAT(files->at(1).text, Contains(" acl_" + beg + "=var(txn.pm_acl_" + beg + ") acl_" +
                                           tls + "=var(txn.pm_acl_" + tls + ")\n"));
  }
}

TEST_CASE("a template of the user's sees all that is shipped, and its file has the given name") {
  const auto source = template_of(
      "{{#gateways}}{{name}}{{#routes}} {{name}} {{share}} {{weight}}"
      "{{#instances}} {{address}}:{{port}}{{/instances}};{{/routes}}"
      "{{/gateways}}\n{{> agents}}\n");
  Diagnostics diagnostics;
  render::check_template(source, diagnostics);
  REQUIRE(diagnostics.items().empty());
  const auto files = render::render_template("own.cfg", source, *table_of({shop()}), {});
  REQUIRE(files);
  CHECK(files->front().name == "own.cfg");
  CHECK_THAT(files->front().text,
             Catch::Matchers::StartsWith(
                 "shop shop/v1 80% 80% 127.0.0.1:9001; shop/v2 20% 20% 127.0.0.1:9002 "
                 "backup.internal:9003;\nbackend pointsman-agents\n"));
  CHECK(files->at(1).name == "pointsman.spoe.cfg");
}

TEST_CASE("the shipped templates pass the check that the user's have to pass") {
  for (const char* name : {"complete", "sections", "snippet", "spoe", "whitelist"}) {
    Diagnostics diagnostics;
    render::check_template(render::shipped_template(name), diagnostics);
    std::string faults;
    for (const auto& item : diagnostics.items()) faults += to_text(item) + "\n";
    INFO(faults);
    CHECK(diagnostics.items().empty());
  }
}

TEST_CASE("headers that are listed are sent singly, instead of all in a block") {
  const auto arguments = [](const std::vector<std::string>& headers) {
    render::Options options;
    options.headers = headers;
    const auto files = render::render_snippet(*table_of({shop()}), options);
    REQUIRE(files);
    const std::string& spoe = files->at(1).text;
    const std::size_t begin = spoe.find(" dst_port=dst_port");
    REQUIRE(begin != std::string::npos);
    CHECK_THAT(spoe, !Contains("hdrs_bin"));
    return spoe.substr(begin, spoe.find('\n', begin) - begin);
  };
  CHECK(arguments({"cookie", "x_y"}) ==
        " dst_port=dst_port header_cookie=req.fhdr(cookie) header_x_y=req.fhdr(x_y)");
  CHECK(arguments({}) == " dst_port=dst_port");
}

TEST_CASE("the bridge's files come along as they are, the one that is loaded among them") {
  const auto files = render::render_snippet(*table_of({}), {});
  REQUIRE(files);
  bool loaded = false;
  for (auto file = files->begin() + 3; file != files->end(); ++file) {
    INFO(file->name);
    REQUIRE(file->name.starts_with("pointsman/"));
    CHECK(file->text == read_text(std::filesystem::path(POINTSMAN_SOURCE_DIR) / "lua/haproxy" /
                                  file->name.substr(10)));
    loaded = loaded || file->name == "pointsman/pointsman.lua";
  }
  CHECK(loaded);
}

TEST_CASE("without the bridge nothing of Lua is left") {
  render::Options options;
  options.bridge = false;
  for (const auto& files : {render::render_snippet(*table_of({shop()}), options),
                            render::render_complete(*table_of({shop()}), options)}) {
    REQUIRE(files);
    CHECK(files->size() == 3);
    CHECK_THAT((*files)[0].text, !Contains("lua") && !Contains("setenv"));
  }
}

TEST_CASE("a bridge without agents to ask keeps to its file") {
  render::Options options;
  options.table_agents.clear();
  const auto files = render::render_complete(*table_of({shop()}), options);
  REQUIRE(files);
  CHECK_THAT((*files)[0].text, Contains("    unsetenv POINTSMAN_AGENTS\n") &&
                                   Contains("setenv POINTSMAN_TABLE /var/lib/pointsman/table\n"));
}

TEST_CASE("text that could add configuration is refused, with its place") {
  render::Options options;
  auto spec = shop();
  std::string what;
  SECTION("an instance with a blank") {
    spec.routes[0].instances[0].address = "127.0.0.1 disabled";
    what = "route shop/v1, instance";
  }
  SECTION("a header that ends its argument") {
    options.headers = {"cookie) x=req.hdrs"};
    what = "header";
  }
  SECTION("the agents' own backend") {
    spec.routes[0].backend = text("pointsman-agents");
    spec.routes[0].instances.clear();
    what = "Pointsman's own";
  }
  SECTION("a map file that ends the argument") {
    options.whitelist_file = "/etc/x.map),lower";
    what = "map file";
  }
  SECTION("a SPOE file with a control character") {
    options.spoe_file = "/etc/x\x7f.cfg";
    what = "SPOE file";
  }
  SECTION("a bridge file with a blank") {
    options.bridge_file = "/etc/x y.lua";
    what = "bridge file";
  }
  SECTION("a table file with a variable") {
    options.table_file = "/var/lib/$HOME/table";
    what = "table file";
  }
  SECTION("a table agent with a comment sign") {
    options.table_agents = {"unix:/var/lib/haproxy/x#"};
    what = "agent address";
  }
  const auto files = render::render_complete(*table_of({spec}), options);
  REQUIRE_FALSE(files);
  CHECK_THAT(files.error().message, Contains(what));
}

TEST_CASE("instance stickiness needs the key of its cookies") {
  auto spec = shop();
  spec.sticky.by = routing::StickySpec::By::kInstance;
  const auto files = render::render_complete(*table_of({spec}), {});
  REQUIRE_FALSE(files);
  CHECK_THAT(files.error().message, Contains("instance cookie key"));
}

TEST_CASE("a route to a backend of the user's is listed but not rendered") {
  auto spec = shop();
  spec.routes[0].backend = text("be_legacy");
  spec.routes[0].instances.clear();
  const auto files = render::render_complete(*table_of({spec}), {});
  REQUIRE(files);
  CHECK_THAT((*files)[0].text, !Contains("backend be_legacy\n    mode"));
  CHECK_THAT((*files)[2].text, Contains("\nbe_legacy be_legacy\n"));
}

routing::GatewaySpec database() {
  auto spec = gateway("db", {route("db/v1", 100, {"127.0.0.1:5432"}), route("db/v2", 0, {})});
  spec.port = 5432;
  spec.protocol = routing::GatewaySpec::Protocol::kTcp;
  spec.sticky.by = routing::StickySpec::By::kInstance;
  spec.routes[1].condition = text("sni ends with .beta.example");
  spec.routes[1].service = text("db-beta");
  return spec;
}

TEST_CASE("tcp gateways have frontends and backends in tcp mode, and an engine of their own") {
  const auto complete = render::render_complete(*table_of({database()}), {});
  REQUIRE(complete);
  for (const auto& file : configuration_of(*complete)) {
    check_golden("tests/golden/render/tcp/" + file.name, file.text);
  }
  for (const auto& files : {render::render_snippet(*table_of({shop(), database()}), {}),
                            render::render_sections(*table_of({shop(), database()}), {})}) {
    REQUIRE(files);
    CHECK_THAT((*files)[0].text, Contains("\nfrontend port-5432\n    mode tcp\n"));
    CHECK_THAT((*files)[0].text, Contains("set-var(txn.pm_gateway) str(db)\n"));
    CHECK_THAT((*files)[1].text, Contains("\n[pointsman-tcp]\n"));
    CHECK_THAT((*files)[2].text, Contains("\ndb__db-v1 db__db-v1\n"));
  }
}

TEST_CASE("over TLS both engines give a handshake more time") {
  render::Options options;
  options.agents = {"tls:agent.internal:9012"};
  options.agent_ca = "/etc/haproxy/ca.pem";
  const auto files = render::render_complete(*table_of({shop(), database()}), options);
  REQUIRE(files);
  const std::string& spoe = (*files)[1].text;
  const std::size_t first = spoe.find("timeout hello 500ms");
  REQUIRE(first != std::string::npos);
  CHECK(spoe.find("timeout hello 500ms", first + 1) != std::string::npos);
}

TEST_CASE("a tcp frontend waits for the TLS hello only where a condition asks for its name") {
  auto spec = database();
  spec.routes[1].condition = text("src == 10.0.0.0/8");
  const auto files = render::render_complete(*table_of({spec}), {});
  REQUIRE(files);
  CHECK_THAT((*files)[0].text, !Contains("req.ssl_sni"));
}

TEST_CASE("routes to services get their servers from the resolvers, and only then there are any") {
  auto spec = shop();
  spec.routes[1].instances.clear();
  spec.routes[1].service = routing::SpecText{"web", {}};
  render::Options options;
  options.nameserver = "192.0.2.53:53";
  options.zone = "services.example";
  options.service_slots = 20;
  for (const auto& files : {render::render_snippet(*table_of({spec}), options),
                            render::render_complete(*table_of({spec}), options)}) {
    REQUIRE(files);
    const std::string& text = files->front().text;
    CHECK_THAT(text, Contains("\nresolvers pointsman\n    nameserver agent 192.0.2.53:53\n"));
    CHECK_THAT(text, Contains("\n    server-template i 20 _web._tcp.service.services.example "
                              "resolvers pointsman init-addr none\n"));
  }
  const auto without = render::render_complete(*table_of({shop()}), options);
  REQUIRE(without);
  CHECK_THAT(without->front().text, !Contains("resolvers"));
}

TEST_CASE("with agents by TLS there is a relay for the bridge, and more time for handshakes") {
  render::Options options;
  options.agents = {"tls:agent.example:9012"};
  options.table_agents = {"tls:agent.example:9013"};
  options.agent_ca = "/etc/ca.pem";
  options.agent_certificate = "/etc/own.pem";
  options.user = "107";
  const auto files = render::render_complete(*table_of({shop()}), options);
  REQUIRE(files);
  const std::string& text = (*files)[0].text;
  CHECK_THAT(text, Contains("timeout connect 200ms") && Contains("timeout check 500ms"));
  CHECK_THAT(text, Contains("setenv POINTSMAN_AGENTS unix@/pointsman-table1.sock\n"));
  CHECK_THAT(text, Contains("listen pointsman-table1\n    mode tcp\n"));
  CHECK_THAT(text, Contains("bind unix@/var/lib/haproxy/pointsman-table1.sock mode 600 uid 107\n"));
  CHECK_THAT(text, Contains("server agent1 agent.example:9013 ssl verify required ca-file "
                            "/etc/ca.pem verifyhost agent.example crt /etc/own.pem init-addr"));
  CHECK_THAT((*files)[1].text, Contains("timeout hello 500ms"));
  CHECK_THAT(text, !Contains("set-log-level"));
  CHECK_THAT((*render::render_snippet(*table_of({shop()}), options))[0].text,
             Contains("    tcp-request content set-log-level silent\n    bind unix@"));
  options.agent_name = "a b";
  CHECK_FALSE(render::render_complete(*table_of({shop()}), options));
}
