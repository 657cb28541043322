#include "render/check_options.h"

#include <catch2/catch.hpp>

using namespace pointsman;
using Catch::Matchers::StartsWith;

TEST_CASE("options that could end a line or a word are refused, by their names") {
  using Setter = void (*)(render::Options&, const std::string&);
  const std::pair<std::string, Setter> options[] = {
      {"SPOE file", [](auto& o, const auto& text) { o.spoe_file = text; }},
      {"map file", [](auto& o, const auto& text) { o.whitelist_file = text; }},
      {"bridge file", [](auto& o, const auto& text) { o.bridge_file = text; }},
      {"table file", [](auto& o, const auto& text) { o.table_file = text; }},
      {"nameserver", [](auto& o, const auto& text) { o.nameserver = text; }},
      {"zone", [](auto& o, const auto& text) { o.zone = text; }},
      {"chroot", [](auto& o, const auto& text) { o.chroot = text; }},
      {"user", [](auto& o, const auto& text) { o.user = text; }},
      {"group", [](auto& o, const auto& text) { o.group = text; }},
      {"stats socket", [](auto& o, const auto& text) { o.stats_socket = text; }},
      {"instance cookie key", [](auto& o, const auto& text) { o.instance_cookie_key = text; }},
      {"header", [](auto& o, const auto& text) { o.headers = {{text}}; }},
      {"bind", [](auto& o, const auto& text) { o.edge.binds = {text}; }},
      {"bind", [](auto& o, const auto& text) { o.edge.tls_binds = {text}; }},
      {"certificates", [](auto& o, const auto& text) { o.edge.certificates = text; }},
      {"network", [](auto& o, const auto& text) { o.edge.proxy_protocol = {text}; }},
      {"network", [](auto& o, const auto& text) { o.edge.trust_forwarded = {text}; }},
      {"log target", [](auto& o, const auto& text) { o.log_target = text; }},
  };
  CHECK(render::check_options({}));
  for (const auto& [name, set] : options) {
    for (const char* text : {"a\nb", "a'b", "a#b", "a\\b", "$a"}) {
      render::Options unsafe;
      set(unsafe, text);
      const auto refused = render::check_options(unsafe);
      INFO(name << " " << text);
      REQUIRE_FALSE(refused);
      CHECK_THAT(refused.error().message, StartsWith(name));
    }
  }
}
