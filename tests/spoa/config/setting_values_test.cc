#include "config/setting_values.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using config::Settings;

namespace {

// What is wrong with the value, or "".
std::string fault(void (*read)(const config::YamlField&, Settings&), const std::string& yaml,
                  Settings& settings) {
  const auto file = config::parse_yaml("f.yaml", yaml);
  REQUIRE(file);
  Diagnostics diagnostics;
  config::ReadContext context(diagnostics);
  settings = config::default_settings();
  read({file->documents[0].root, "key", &context}, settings);
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.message + "\n";
  return text;
}

std::string fault(void (*read)(const config::YamlField&, Settings&), const std::string& yaml) {
  Settings settings;
  return fault(read, yaml, settings);
}

std::string ports(std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 1; i <= count; ++i) list += "'127.0.0.1:" + std::to_string(i) + "', ";
  return list + "]";
}

std::string headers(std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 1; i <= count; ++i) list += "x-" + std::to_string(i) + ", ";
  return list + "]";
}

}  // namespace

TEST_CASE("headers that are sent singly are at most 32, each once, whatever its case") {
  CHECK(fault(config::read_spoe_headers, headers(limits::kSentHeaders)).empty());
  CHECK(fault(config::read_spoe_headers, headers(limits::kSentHeaders + 1)) ==
        "found 33 headers, at most 32 are allowed\n");
  CHECK(fault(config::read_spoe_headers, "[Cookie, cookie]") == "cookie stands here twice\n");
  CHECK(fault(config::read_spoe_headers, "cookie") ==
        "found the text 'cookie', wanted a list of headers like [cookie, user-agent]\n");
}

TEST_CASE("a header that is sent singly has a name that fits into an argument's") {
  const std::string longest(limits::kArgumentNameBytes - std::string("header_").size(), 'h');
  CHECK(fault(config::read_spoe_headers, "[" + longest + "]").empty());
  const std::string wanted = ", wanted a header's name (letters, digits, - _)\n";
  CHECK(fault(config::read_spoe_headers, "[" + longest + "h]").ends_with(wanted));
  for (const std::string name :
       {"x.y", "x:y", "a b", "'x)'", "'é'", "'*'", "''", "[x]", "{x: y}"}) {
    INFO(name);
    CHECK(fault(config::read_spoe_headers, "[" + name + "]").ends_with(wanted));
  }
}

TEST_CASE("listen takes one address or a list") {
  Settings settings;
  CHECK(fault(config::read_spop_listen, "127.0.0.1:1", settings).empty());
  CHECK(settings.spop.listen.size() == 1);
  CHECK(fault(config::read_spop_listen, "['127.0.0.1:1', 'unix:/x']", settings).empty());
  CHECK(settings.spop.listen.size() == 2);
}

TEST_CASE("listeners that cannot be are refused, the default stays") {
  Settings settings;
  CHECK(fault(config::read_spop_listen, "[]", settings) ==
        "found an empty list, wanted an address like 127.0.0.1:9012, [::1]:9012, *:9012 or "
        "unix:/run/x.sock\n");
  CHECK(settings.spop.listen == config::default_spop_listen());
  CHECK(fault(config::read_spop_listen, "localhost:9012") ==
        "'localhost:9012': wanted ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH\n");
  CHECK(fault(config::read_spop_listen, "['127.0.0.1:1', '127.0.0.1:1']") ==
        "127.0.0.1:1 stands here twice\n");
}

TEST_CASE("as many listeners and workers as the limit are taken, one more is not") {
  CHECK(fault(config::read_spop_listen, ports(limits::kListeners)).empty());
  CHECK(fault(config::read_spop_listen, ports(limits::kListeners + 1)) ==
        "found 65 addresses, at most 64 are allowed\n");
  CHECK(fault(config::read_spop_workers, std::to_string(limits::kWorkers)).empty());
  CHECK(fault(config::read_spop_workers, std::to_string(limits::kWorkers + 1)) != "");
}

TEST_CASE("the frame size lies between the protocol's smallest and our greatest") {
  CHECK(fault(config::read_spop_max_frame_size, "256").empty());
  CHECK(fault(config::read_spop_max_frame_size, "65532").empty());
  CHECK(fault(config::read_spop_max_frame_size, "255") ==
        "found the number 255, wanted a number from 256 to 65532\n");
  CHECK(fault(config::read_spop_max_frame_size, "65533") != "");
}

TEST_CASE("a socket's mode is octal, with quotes or without") {
  Settings settings;
  CHECK(fault(config::read_spop_socket_mode, "0600", settings).empty());
  CHECK(settings.spop.socket_mode == 0600);
  CHECK(fault(config::read_spop_socket_mode, "'666'", settings).empty());
  CHECK(settings.spop.socket_mode == 0666);
  for (const char* bad : {"8", "0888", "rw", "1777", "00660", "[0660]"}) {
    INFO(bad);
    CHECK(fault(config::read_spop_socket_mode, bad) != "");
  }
}

TEST_CASE("a socket's owner is a user, with or without a group") {
  CHECK(fault(config::read_spop_socket_owner, "haproxy").empty());
  CHECK(fault(config::read_spop_socket_owner, "haproxy:www-data").empty());
  for (const char* bad : {"''", "':x'", "'x:'", "'a:b:c'", "a b", "-x"}) {
    INFO(bad);
    CHECK(fault(config::read_spop_socket_owner, bad) != "");
  }
}

TEST_CASE("the virtual host domain is a host name, or empty for none") {
  CHECK(fault(config::read_virtual_host_domain, "example.internal").empty());
  CHECK(fault(config::read_virtual_host_domain, "''").empty());
  CHECK(fault(config::read_virtual_host_domain, "'*.x'") ==
        "found the text '*.x', wanted a domain like example.internal\n");
}
