// Reads one YAML document as a gateway.
#pragma once

#include "config/gateway_files.h"
#include "config/yaml_reader.h"

namespace pointsman::config {

ReadGateway read_gateway(const YamlDocument& document, Diagnostics& diagnostics);

}  // namespace pointsman::config
