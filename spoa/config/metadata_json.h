// Any YAML value as JSON text, for a gateway's `metadata`, which templates see. Plain scalars take
// the types of YAML 1.2's core schema; keys keep their order.
#pragma once

#include <string>

#include "config/yaml_reader.h"

namespace pointsman::config {

std::string to_json(const YamlNode& node);

}  // namespace pointsman::config
