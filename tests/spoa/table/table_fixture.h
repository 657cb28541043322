// Tables for tests of their bytes: from the YAML that tests/golden/table has, or generated.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "config/gateway_files.h"
#include "routing/compile.h"
#include "routing/token_view.h"
#include "tests/support/gateway_text.h"
#include "tests/support/golden.h"

namespace pointsman::test {

inline const std::string kGoldenTables = "tests/golden/table/";

using SharedTable = std::shared_ptr<const routing::RouteTable>;

inline SharedTable linked(const std::vector<routing::GatewaySpec>& specs,
                          std::uint64_t generation = 1, const std::string& domain = "") {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const routing::Gateway>> gateways;
  for (const auto& spec : specs) gateways.push_back(routing::compile(spec, diagnostics));
  INFO(all_texts(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  auto table = routing::RouteTable::link(gateways, domain, generation, diagnostics);
  REQUIRE(table != nullptr);
  return table;
}

inline std::vector<routing::GatewaySpec> specs_in_yaml(const std::string& file) {
  Diagnostics diagnostics;
  const std::string text = read_text(std::string(POINTSMAN_SOURCE_DIR) + "/" + file);
  const config::GatewayFile read = config::parse_gateway_file(file, text, diagnostics);
  INFO(all_texts(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  std::vector<routing::GatewaySpec> specs;
  for (const config::ReadGateway& gateway : read.gateways) specs.push_back(gateway.spec);
  return specs;
}

// A secret that a person can type: the bytes from `first` on.
inline routing::StickyKey counting_key(std::uint8_t id, std::uint8_t first, std::size_t bytes) {
  routing::StickyKey key{id, ByteBuffer(bytes)};
  for (std::size_t i = 0; i < bytes; ++i) {
    key.secret[i] = static_cast<std::uint8_t>(first + i);
  }
  return key;
}

inline std::vector<routing::StickyKey> two_keys() {
  return {counting_key(7, 0, limits::kStickyKeyBytesMin), counting_key(0, 100, 32)};
}

// Fifty gateways with 1,000 routes of all sorts, always the same.
inline std::string mixed_routes() {
  const std::array<std::string, 8> conditions{"",
                                              " if user-agent == Firefox",
                                              " at 50% if has cookie beta and path starts with /a",
                                              " at 0% if header X-Team in (red, blue)",
                                              " if not (src == 10.0.0.0/8 or port == 8443)",
                                              " at 3.33% if path matches '^/([a-z]+)/[0-9]+$'",
                                              " if query v == 2 || host ends with .example.net",
                                              " if method != GET && misses cookie none"};
  const std::array<std::string, 5> kinds{"", " sticky", " by=header:X-User", " by=src evict",
                                         " sticky forced by=cookie:user"};
  std::string text;
  for (std::size_t i = 0; i < 50; ++i) {
    const std::string gateway = "mixed/g" + std::to_string(i);
    text += "gateway " + gateway + kinds[i % kinds.size()] + " host=g" + std::to_string(i) +
            ".example.com host=*.g" + std::to_string(i) + ".example.com\n";
    for (std::size_t j = 0; j < 20; ++j) {
      text += " route r" + std::to_string(j) + " 5%" + (j % 3 == 0 ? " backend=be" : "") +
              (j % 3 == 0 ? std::to_string(j % 4) : "") + " epoch=" + std::to_string(j % 2) +
              conditions[(i + j) % conditions.size()] + "\n";
      if (j % 10 == 7) text += "  rewrite /moved%[path] if path starts with /old\n";
    }
  }
  return text;
}

}  // namespace pointsman::test
