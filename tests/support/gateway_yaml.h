// What the reader makes of gateways in YAML, for tests of config: the specs, and the diagnostics as
// a user sees them.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "config/gateway_files.h"

namespace pointsman::test {

inline std::string printed(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += to_text(item) + "\n";
  return text;
}

inline config::GatewayFile parsed(const std::string& yaml) {
  Diagnostics diagnostics;
  config::GatewayFile file = config::parse_gateway_file("shop.yaml", yaml, diagnostics);
  INFO(printed(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  return file;
}

inline routing::GatewaySpec parsed_gateway(const std::string& yaml) {
  return parsed(yaml).gateways.at(0).spec;
}

inline std::string diagnostics_of(const std::string& yaml) {
  Diagnostics diagnostics;
  config::parse_gateway_file("shop.yaml", yaml, diagnostics);
  return printed(diagnostics);
}

}  // namespace pointsman::test
