#include "config/settings.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "base/limits.h"
#include "support/golden.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using config::Environment;
using config::Settings;

namespace {

struct Read {
  Settings settings;
  std::string diagnostics;
};

Read parsed(const std::string& text, const Environment& environment = {},
            const std::string& path = "/etc/pointsman/pointsman.yaml") {
  Diagnostics diagnostics;
  Read read{config::parse_settings(path, text, environment, diagnostics), ""};
  for (const Diagnostic& item : diagnostics.items()) read.diagnostics += to_text(item) + "\n";
  return read;
}

std::string listening(const std::vector<ListenAddress>& addresses) {
  std::string text;
  for (const ListenAddress& address : addresses) text += address.to_text() + " ";
  return text;
}
std::string listening(const Settings& settings) { return listening(settings.spop.listen); }

}  // namespace

TEST_CASE("an empty file yields the defaults") {
  for (const char* text : {"", "# nothing\n", "---\n", "{}", "spop:\nsticky:\nlog:\ndns:\n"}) {
    INFO(text);
    const Read read = parsed(text);
    CHECK(read.diagnostics.empty());
    CHECK(to_yaml(read.settings) == to_yaml(config::default_settings()));
  }
}

TEST_CASE("all settings are read, and printing them loses nothing") {
  const Read read = parsed(R"(
gateways: gateways.yaml
services: ../services
scripts: /opt/scripts
state: /var/lib/other
spop: {listen: ["unix:/run/a b.sock", "*:9012", "[::1]:0"], workers: 4, message: decide,
       max_frame_size: 16384, socket_mode: 0600, socket_owner: "haproxy:haproxy"}
table: {listen: ["unix:run/t.sock", "*:9013"], socket_mode: 0640, socket_owner: "root:haproxy"}
spoe: {headers: [Cookie, user-agent]}
admin: {listen: ["unix:run/a.sock", "[::1]:9014"], socket_mode: 0600, socket_owner: a:b, tokens: t}
registry: {keep_last: 10m}
dns: {listen: ["127.0.0.1:53", "*:54"], workers: 2, zones: [A.example, b.example], ttl: 10s,
      reverse: 10.0.0.0/8, rate_limit: 20, nsid: agent 1, cookie_secret: cookies}
forward: {allow: [10.0.0.0/8, "fd00::/8"], to: "192.0.2.1:53"}
advertise: [10.0.0.1, edge.example.com]
sticky: {keys: keys/"quoted"}
virtual_host_domain: example.internal
log: {level: debug, format: json}
)");
  CHECK(read.diagnostics.empty());
  const Settings& settings = read.settings;
  CHECK(settings.file == "/etc/pointsman/pointsman.yaml");
  CHECK(settings.gateways == "/etc/pointsman/gateways.yaml");
  CHECK(settings.services == "/etc/services");
  CHECK(settings.scripts == "/opt/scripts");
  CHECK(settings.state == "/var/lib/other");
  CHECK(listening(settings) == "unix:/run/a b.sock [::]:9012 [::1]:0 ");
  CHECK(settings.spop.workers == 4);
  CHECK(settings.spop.message == "decide");
  CHECK(settings.spop.max_frame_size == 16384);
  CHECK(settings.spop.socket_mode == 0600);
  CHECK(settings.spop.socket_owner == "haproxy:haproxy");
  CHECK(settings.spoe_headers == std::vector<std::string>{"cookie", "user-agent"});
  CHECK(listening(settings.table.listen) == "unix:/etc/pointsman/run/t.sock [::]:9013 ");
  CHECK(settings.table.socket_mode == 0640);
  CHECK(settings.table.socket_owner == "root:haproxy");
  CHECK(listening(settings.admin.listen) == "unix:/etc/pointsman/run/a.sock [::1]:9014 ");
  CHECK(settings.admin.listen_given);
  CHECK(settings.admin.socket_mode == 0600);
  CHECK(settings.admin.socket_owner == "a:b");
  CHECK(settings.admin.tokens == "/etc/pointsman/t");
  CHECK(settings.registry_keep_last == std::chrono::minutes(10));
  CHECK(settings.advertise == std::vector<std::string>{"10.0.0.1", "edge.example.com"});
  CHECK(settings.sticky_keys == "/etc/pointsman/keys/\"quoted\"");
  CHECK(settings.virtual_host_domain == "example.internal");
  CHECK(settings.log_level == "debug");
  CHECK(settings.log_format == LogFormat::kJson);
  const Read again = parsed(to_yaml(settings));
  CHECK(again.diagnostics.empty());
  CHECK(to_yaml(again.settings) == to_yaml(settings));
}

TEST_CASE("all headers are sent unless some are listed, and a list may be empty") {
  using Headers = std::vector<std::string>;
  CHECK_FALSE(parsed("spoe:\n").settings.spoe_headers);
  CHECK(parsed("spoe: {headers: []}").settings.spoe_headers == Headers{});
  CHECK(parsed("spoe: {headers: [X-A]}").settings.spoe_headers == Headers{"x-a"});
  CHECK(parsed("spoe: {headers: [x-a]}", {{"POINTSMAN_SPOE_HEADERS", "Cookie, user-agent"}})
            .settings.spoe_headers == Headers{"cookie", "user-agent"});
  CHECK(parsed("spoe:\n  headers:\n    - cookie\n    - 'a b'\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:4:8: spoe.headers[1]: found the text 'a b', wanted a "
        "header's name (letters, digits, - _)\n");
  const Settings empty = parsed("spoe: {headers: []}").settings;
  CHECK(parsed(to_yaml(empty)).settings.spoe_headers == Headers{});
}

TEST_CASE(
    "the table's socket stands beside the first one of spop, with its owner, unless it is given") {
  const auto table = [](const std::string& text, const Environment& environment = {}) {
    const Read read = parsed(text, environment);
    CHECK(read.diagnostics.empty());
    return listening(read.settings.table.listen) + read.settings.table.socket_owner;
  };
  CHECK(table("") == "unix:/var/lib/haproxy/pointsman/table.sock ");
  CHECK(table("spop: {listen: ['127.0.0.1:1', 'unix:/run/a/s', 'unix:/run/b/s']}") ==
        "unix:/run/a/table.sock ");
  CHECK(table("spop: {listen: 'unix:run/s', socket_owner: a:b}") ==
        "unix:/etc/pointsman/run/table.sock a:b");
  CHECK(table("spop: {listen: '127.0.0.1:9012'}") == "");
  CHECK(table("table: {listen: []}") == "");
  CHECK(table("table: {listen: '*:9013', socket_owner: c}\nspop: {socket_owner: a:b}") ==
        "[::]:9013 c");
  CHECK(table("table: {listen: []}", {{"POINTSMAN_TABLE_LISTEN", "[::1]:1,unix:/t"},
                                      {"POINTSMAN_TABLE_SOCKET_OWNER", "d:e"}}) ==
        "[::1]:1 unix:/t d:e");
  CHECK(parsed("spop: {socket_mode: 0666}").settings.table.socket_mode == 0660);
}

TEST_CASE("faults of the table's settings are told like those of spop") {
  const std::string place = "/etc/pointsman/pointsman.yaml:1:";
  CHECK(parsed("table: {listen: ['*:1', '*:1'], socket_mode: 8, lisen: 1}\n").diagnostics ==
        place + "26: table.listen[1]: [::]:1 stands here twice\n" + place +
            "46: table.socket_mode: found the number 8, wanted an octal mode like 0660\n" + place +
            "49: table.lisen: unknown key; did you mean 'listen'?\n");
}

TEST_CASE("the admin listener is for this machine alone") {
  CHECK(parsed("").settings.admin.listen == config::default_settings().admin.listen);
  CHECK_FALSE(parsed("admin: {tokens: t}").settings.admin.listen_given);
  CHECK(parsed("admin: {listen: []}").settings.admin.listen.empty());
  CHECK(parsed("admin: {listen: ['127.1.2.3:1', '*:9014']}").diagnostics ==
        "/etc/pointsman/pointsman.yaml:1:17: admin.listen: [::]:9014 is no loopback address: "
        "this listener has no TLS, wanted 127.0.0.1:PORT, [::1]:PORT or unix:PATH\n");
}

TEST_CASE("at most so many addresses are advertised") {
  std::string list = "a";
  for (std::size_t i = 1; i < limits::kListeners; ++i) list += ", a";
  CHECK(parsed("advertise: [" + list + "]").diagnostics.empty());
  CHECK(parsed("advertise: [" + list + ", a]").diagnostics ==
        "/etc/pointsman/pointsman.yaml:1:12: advertise: found 65 addresses, at most 64 are "
        "allowed\n");
}

TEST_CASE("the sticky keys lie in the state folder unless they are named") {
  CHECK(parsed("state: /srv/pm\n").settings.sticky_keys == "/srv/pm/sticky.keys");
  CHECK(parsed("state: pm\n").settings.sticky_keys == "/etc/pointsman/pm/sticky.keys");
}

TEST_CASE("relative paths are relative to the file, also those of sockets") {
  const Settings settings =
      parsed("gateways: g\nspop: {listen: 'unix:run/x.sock'}\n", {}, "conf/pointsman.yaml")
          .settings;
  CHECK(settings.gateways == "conf/g");
  CHECK(listening(settings) == "unix:conf/run/x.sock ");
  CHECK(parsed("gateways: g\n", {}, "pointsman.yaml").settings.gateways == "g");
}

TEST_CASE("all errors are reported at once, with suggestions") {
  const std::string file = "/etc/pointsman/pointsman.yaml:";
  CHECK(parsed("gatways: x\nservices: [x]\nspop: {lisen: 1, workers: 0, message: 'a b'}\n"
               "sticky: route\nlog: {level: warn, format: xml}\nstate: ''\n")
            .diagnostics ==
        file + "2:11: services: found a list, wanted a path\n" + file +
            "6:9: state: found the text '', wanted a path\n" + file +
            "3:27: spop.workers: found the number 0, wanted auto, or a number from 1 to "
            "1024\n" +
            file +
            "3:40: spop.message: found the text 'a b', wanted a message's name (letters, "
            "digits, - _ . :)\n" +
            file + "3:8: spop.lisen: unknown key; did you mean 'listen'?\n" + file +
            "4:9: sticky: found the text 'route', wanted a mapping\n" + file +
            "5:14: log.level: found the text 'warn', wanted one of trace, debug, info, "
            "warning, error, off\n" +
            file + "5:28: log.format: found the text 'xml', wanted one of text, json\n" + file +
            "1:1: gatways: unknown key; did you mean 'gateways'?\n");
}

TEST_CASE("settings are one mapping") {
  CHECK(parsed("[a]\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:1:1: found a list, wanted a mapping of settings\n");
  CHECK(parsed("state: /a\n---\nstate: /b\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:3:1: found a second document, wanted one\n");
  CHECK(parsed("state: /a\nstate: /b\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:2:1: state: duplicate key, first given in line 1\n");
  CHECK(parsed("state: [\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:2:1: not valid YAML: end of sequence flow not found\n");
}

TEST_CASE("sections of later versions are accepted with a warning") {
  CHECK(parsed("tls: {}\netcd: 5\n").diagnostics ==
        "/etc/pointsman/pointsman.yaml:1:6: warning: tls: not used by this version\n"
        "/etc/pointsman/pointsman.yaml:2:7: etcd: found the number 5, wanted a mapping\n");
}

TEST_CASE("environment variables override the file, lists are separated by commas") {
  const Environment environment{{"POINTSMAN_SPOP_LISTEN", "127.0.0.1:1, unix:/run/x.sock"},
                                {"POINTSMAN_SPOP_WORKERS", "2"},
                                {"POINTSMAN_GATEWAYS", "g"},
                                {"POINTSMAN_STICKY_KEYS", "/k"},
                                {"POINTSMAN_LOG_LEVEL", "error"},
                                {"POINTSMAN_STATE", ""},
                                {"PATH", "/bin"}};
  const Read read = parsed("state: /s\nspop: {workers: 8, listen: '*:5'}\n", environment);
  CHECK(read.diagnostics.empty());
  CHECK(listening(read.settings) == "127.0.0.1:1 unix:/run/x.sock ");
  CHECK(read.settings.spop.workers == 2);
  CHECK(read.settings.gateways == "/etc/pointsman/g");
  CHECK(read.settings.sticky_keys == "/k");
  CHECK(read.settings.log_level == "error");
  CHECK(read.settings.state == "/s");
}

TEST_CASE("faults of environment variables name the variable") {
  CHECK(parsed("", {{"POINTSMAN_SPOP_WORKERS", "many"}}).diagnostics ==
        "POINTSMAN_SPOP_WORKERS: found the text 'many', wanted auto, or a number from 1 to 1024\n");
  CHECK(parsed("", {{"POINTSMAN_SPOP_LISTEN", "127.0.0.1:1,,"}}).diagnostics ==
        "POINTSMAN_SPOP_LISTEN[1]: '': wanted ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH\n"
        "POINTSMAN_SPOP_LISTEN[2]: '': wanted ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH\n");
}

TEST_CASE("a variable that looks like a setting but is none is warned about") {
  CHECK(parsed("", {{"POINTSMAN_SPOP_LISTN", "x"},
                    {"POINTSMAN_LOG_COLOUR", "x"},
                    {"POINTSMAN_ETCD_ENDPOINTS", "x"},
                    {"POINTSMAN_PROGRAM", "x"}})
            .diagnostics ==
        "warning: POINTSMAN_ETCD_ENDPOINTS: not used by this version\n"
        "warning: POINTSMAN_LOG_COLOUR: no setting has this name\n"
        "warning: POINTSMAN_SPOP_LISTN: no setting has this name; did you mean "
        "'POINTSMAN_SPOP_LISTEN'?\n");
}

TEST_CASE("the process's variables are those of Pointsman") {
  ::setenv("POINTSMAN_TEST_ONLY", "a=b", 1);
  const Environment environment = config::process_environment();
  ::unsetenv("POINTSMAN_TEST_ONLY");
  CHECK(environment.at("POINTSMAN_TEST_ONLY") == "a=b");
  CHECK_FALSE(environment.contains("PATH"));
}

TEST_CASE("settings are read from a file, and a missing one is an error") {
  const test::TemporaryFolder folder;
  Diagnostics diagnostics;
  const std::string path = folder.write("pointsman.yaml", "gateways: g\n");
  CHECK(config::read_settings(path, {}, diagnostics).gateways == folder.path("g"));
  CHECK_FALSE(diagnostics.has_errors());
  config::read_settings(folder.path("none"), {}, diagnostics);
  REQUIRE(diagnostics.has_errors());
  CHECK(to_text(diagnostics.items()[0]) == folder.path("none") + ": No such file or directory");
}

TEST_CASE("the accepted settings are read without an error, the refused ones are refused") {
  const std::filesystem::path golden =
      std::filesystem::path(POINTSMAN_SOURCE_DIR) / "tests/golden/settings";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden)) {
    if (entry.path().extension() != ".yaml") continue;
    const bool accepted = entry.path().parent_path().filename() == "accepted";
    Diagnostics diagnostics;
    config::parse_settings("pointsman.yaml", test::read_text(entry.path()), {}, diagnostics);
    INFO(entry.path());
    for (const auto& item : diagnostics.items()) UNSCOPED_INFO(to_text(item));
    CHECK(diagnostics.has_errors() == !accepted);
  }
}

TEST_CASE("the example settings are valid") {
  const std::filesystem::path example =
      std::filesystem::path(POINTSMAN_SOURCE_DIR) / "docs/examples/pointsman.yaml";
  const std::string text = test::read_text(example);
  CHECK(text.starts_with("# yaml-language-server: $schema=../schema/settings.schema.json\n"));
  CHECK(parsed(text).diagnostics.empty());
}
