// Gateways from YAML files: one file with several documents, or a folder's *.yaml and *.yml read in
// name order. Reports every fault with its place; compiles nothing.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/yaml_folder.h"
#include "routing/route_spec.h"

namespace pointsman::config {

struct ReadGateway {
  routing::GatewaySpec spec;
  bool faulty = false;  // an error was reported for it; `spec` holds what could be read
};

struct GatewayFile {
  std::string path;
  bool unreadable = false;  // the file as a whole could not be read or parsed
  std::vector<ReadGateway> gateways;
};

GatewayFile parse_gateway_file(const std::string& path, const std::string& text,
                               Diagnostics& diagnostics);

GatewayFile read_gateway_file(const std::string& path, Diagnostics& diagnostics,
                              const IsUnfinished& is_unfinished = nullptr);
// A file or folder. A folder that cannot be listed is an error and yields one unreadable entry with
// the folder's own path, so that a store does not take its gateways for deleted.
std::vector<GatewayFile> read_gateway_files(const std::string& path, Diagnostics& diagnostics,
                                            const IsUnfinished& is_unfinished = nullptr);

}  // namespace pointsman::config
