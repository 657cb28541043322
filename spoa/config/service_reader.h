// One document of a services file → a service: its instances, and perhaps a name of DNS under which
// more are found. Reports every fault with its place.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "config/yaml_reader.h"
#include "registry/revision.h"
#include "routing/route_spec.h"

namespace pointsman::config {

struct ServiceSpec {
  std::string name;
  SourcePlace place;
  registry::Service service;  // as written; none where only DNS knows
  std::optional<routing::DiscoverSpec> discover;
};

// `faulty` is set where an error was reported.
ServiceSpec read_service(const YamlDocument& document, Diagnostics& diagnostics, bool& faulty);

}  // namespace pointsman::config
