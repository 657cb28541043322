// Tables, keys and messages for tests of the agent.
#pragma once

#include <memory>
#include <string>

#include "agent/key_ring.h"
#include "base/published.h"
#include "support/gateway_text.h"
#include "support/spop_client.h"

namespace pointsman::test {

inline std::shared_ptr<const routing::RouteTable> table_of(const std::string& text,
                                                           std::uint64_t generation) {
  Diagnostics diagnostics;
  auto table = routing::RouteTable::link(compiled(text), "", generation, diagnostics);
  INFO(all_texts(diagnostics));
  REQUIRE(table != nullptr);
  return table;
}

inline std::shared_ptr<const agent::KeyRing> keys_of(const std::string& text) {
  auto keys = agent::KeyRing::parse(text, "keys");
  REQUIRE(keys);
  return *keys;
}

inline constexpr const char* kKey1 = "1 MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
inline constexpr const char* kKey2 = "2 ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n";

inline const std::string& text_of(const std::map<std::string, Value>& variables,
                                  const std::string& name) {
  static const std::string kAbsent = "(absent)";
  const auto found = variables.find("txn." + name);
  return found != variables.end() ? found->second.text : kAbsent;
}

}  // namespace pointsman::test
