// The registry's file: any bytes are read or refused; what is read is written so that it reads the
// same, and a registry takes it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/stored_registry.h"

using namespace pointsman;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto stored = registry::parse_stored_registry(text);
  if (!stored) return 0;
  const auto again = registry::parse_stored_registry(registry::to_json(*stored));
  if (!again || !(*again == *stored)) std::abort();
  registry::Registry registry(stored->number, std::chrono::seconds(300));
  registry.restore(*stored, registry::Moment());
  (void)registry.revision();
  return 0;
}
