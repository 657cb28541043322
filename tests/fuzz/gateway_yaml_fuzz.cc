// Gateway files: any bytes are read or refused with places inside the text, and what is read
// compiles or is refused; the same text always gives the same result.
#include <cstdint>
#include <string>

#include "config/gateway_files.h"
#include "config/gateway_store.h"
#include "require.h"
#include "routing/compile.h"

using namespace pointsman;

namespace {

void check_places(const Diagnostics& diagnostics, const std::string& text) {
  for (const Diagnostic& item : diagnostics.items()) {
    require(item.place.line >= 0 && static_cast<std::size_t>(item.place.line) <= text.size() + 1);
    require(item.place.column >= 0);
    require(!item.message.empty());
    require(to_text(item).find('\n') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const config::GatewayFile file = config::parse_gateway_file("f.yaml", text, diagnostics);
  check_places(diagnostics, text);
  require(!file.unreadable || (file.gateways.empty() && diagnostics.has_errors()));
  bool faulty = file.unreadable;
  for (const config::ReadGateway& read : file.gateways) faulty = faulty || read.faulty;
  require(faulty == diagnostics.has_errors());

  config::GatewayStore store("example.internal");
  Diagnostics first;
  Diagnostics second;
  const config::Load load = store.load({file}, first);
  require(load.table != nullptr && load.changed);
  require(!store.load({file}, second).changed);
  require(first.items().size() == second.items().size());
  return 0;
}
