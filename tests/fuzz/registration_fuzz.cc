// The body of a registration: any bytes are read or refused with a reason that is JSON; what is
// read keeps every rule of the registry.
#include <cstdint>
#include <string>

#include "api/registration.h"
#include "base/limits.h"
#include "registry/instance_rules.h"
#include "require.h"

using namespace pointsman;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto read = api::parse_registration(body);
  if (!read) {
    require(read.error().status == 400 && !read.error().detail.empty());
    require(api::to_json(read.error()).ends_with("}\n"));
    return 0;
  }
  const registry::Instance& instance = read->instance;
  require(instance.port > 0 && instance.weight <= registry::kWeightMax);
  require(!registry::fault_in_registered_address(instance.address));
  require(instance.tags.size() <= limits::kInstanceTags);
  for (const std::string& tag : instance.tags) require(!registry::fault_in_tag(tag));
  require(read->ttl.count() > 0 && read->ttl <= limits::kRegistrationTtl);
  return 0;
}
