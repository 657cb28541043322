#include "config/manage_setting_values.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;

namespace {

struct Parsed {
  config::Settings settings;
  std::string errors;
};

Parsed parsed(const std::string& yaml, const config::Environment& environment = {}) {
  Diagnostics diagnostics;
  Parsed result;
  result.settings = config::parse_settings("/etc/p/x.yaml", yaml, environment, diagnostics);
  for (const auto& item : diagnostics.items()) result.errors += to_text(item) + "\n";
  return result;
}

const std::string kGood = "manage_haproxy: {folder: h, master: m.sock";

std::string with(const std::string& more) { return kGood + ", " + more + "}\n"; }

std::string arguments(std::size_t count) {
  std::string list = "[x, FILE";
  for (std::size_t i = 2; i < count; ++i) list += ", y";
  return list + "]";
}

}  // namespace

TEST_CASE("HAProxy is not managed unless a folder is named") {
  const config::Settings settings = parsed("").settings;
  CHECK(settings.manage_haproxy.folder.empty());
  CHECK(config::missing_for_managed_mode(settings).empty());
  CHECK(parsed("manage_haproxy: {}\n").errors.empty());
}

TEST_CASE("managed mode as it is written") {
  const auto [settings, errors] = parsed(
      "manage_haproxy:\n  folder: h\n  template: own.cfg.mustache\n"
      "  master: /run/m.sock\n  reload: [systemctl, reload, x]\n"
      "  check: [/usr/sbin/haproxy, -c, -f, FILE, -f, own.cfg]\n  chroot: ''\n  user: me\n"
      "  group: us\n  stats_socket: s.sock\n  log: /dev/log local0\n"
      "  port_bind: [8080=:80, '443=:443 ssl crt x']\n  demo: true\n");
  CHECK(errors.empty());
  const config::ManageHaproxySettings& managed = settings.manage_haproxy;
  CHECK(managed.folder == "/etc/p/h");
  CHECK(managed.template_file == "/etc/p/own.cfg.mustache");
  CHECK(managed.master == "/run/m.sock");
  CHECK(managed.reload == std::vector<std::string>{"systemctl", "reload", "x"});
  CHECK(managed.check ==
        std::vector<std::string>{"/usr/sbin/haproxy", "-c", "-f", "FILE", "-f", "own.cfg"});
  CHECK(managed.chroot.empty());
  CHECK(managed.user == "me");
  CHECK(managed.group == "us");
  CHECK(managed.stats_socket == "/etc/p/s.sock");
  CHECK(managed.log == "/dev/log local0");
  CHECK(managed.port_binds.at(8080) == ":80");
  CHECK(managed.port_binds.at(443) == ":443 ssl crt x");
  CHECK(managed.demo);
  // As `check --defaults` prints it, it reads the same.
  const auto again = parsed(config::to_yaml(settings)).settings.manage_haproxy;
  CHECK(again.template_file == managed.template_file);
  CHECK(again.check == managed.check);
  CHECK(again.reload == managed.reload);
  CHECK(again.port_binds == managed.port_binds);
}

TEST_CASE("what managed mode needs is asked for") {
  CHECK(parsed("manage_haproxy: {folder: h}\n").errors ==
        "/etc/p/x.yaml: manage_haproxy: lacks `master` or `reload`: how HAProxy is told of its "
        "new configuration\n");
  CHECK(parsed("manage_haproxy: {master: m}\n").errors ==
        "/etc/p/x.yaml: manage_haproxy: lacks `folder`, where HAProxy's configuration is "
        "written\n");
  CHECK(parsed("manage_haproxy: {folder: h}\n", {{"POINTSMAN_MANAGE_HAPROXY_MASTER", "m"}})
            .errors.empty());
}

TEST_CASE("a command is a list of arguments, and a check has a FILE") {
  CHECK(parsed(with("check: haproxy -c")).errors.find("wanted a list like") != std::string::npos);
  CHECK_FALSE(parsed(with("check: []")).errors.empty());
  CHECK_FALSE(parsed(with("reload: []")).errors.empty());
  CHECK_FALSE(parsed(with("reload: ['', x]")).errors.empty());
  CHECK_FALSE(parsed(with("reload: [\"a\\nb\"]")).errors.empty());
  CHECK(parsed(with("check: [haproxy, -c]")).errors.find("has no argument FILE") !=
        std::string::npos);
  CHECK_FALSE(parsed(with("check: [FILE]")).errors.empty());
  CHECK(parsed(with("check: " + arguments(limits::kCommandArguments))).errors.empty());
  CHECK_FALSE(parsed(with("check: " + arguments(limits::kCommandArguments + 1))).errors.empty());
}

TEST_CASE("a port's bind stands there once and whole") {
  CHECK(parsed(with("port_bind: 80=x")).errors.empty());
  for (const std::string bind : {"80", "80=", "=x", "0=x", "65536=x", "[80=x, 80=y]", "''"}) {
    INFO(bind);
    CHECK_FALSE(parsed(with("port_bind: " + bind)).errors.empty());
  }
}
