// Services from YAML files, read like gateways: one file with several documents, or a folder's
// *.yaml and *.yml in name order. ServiceStore keeps the last good form of each file, so that a
// reload always yields a whole set.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/service_reader.h"
#include "config/yaml_folder.h"

namespace pointsman::config {

struct ServiceFile {
  std::string path;
  bool faulty = false;  // it could not be read, or has an error
  std::vector<ServiceSpec> services;
};

ServiceFile parse_service_file(const std::string& path, const std::string& text,
                               Diagnostics& diagnostics);
// A file or folder. One that is not there, or cannot be listed, yields one faulty entry with its
// own path, so that a store does not take its services for deleted; only the latter is an error.
std::vector<ServiceFile> read_service_files(const std::string& path, Diagnostics& diagnostics,
                                            const IsUnfinished& is_unfinished = nullptr);

class ServiceStore {
 public:
  struct Load {
    std::map<std::string, ServiceSpec> services;  // by name
    std::vector<std::string> held;                // files whose last good form stands
  };

  // A file that was deleted takes its services away, at once. A service that two files have is that
  // of the first, and an error.
  Load load(const std::vector<ServiceFile>& files, Diagnostics& diagnostics);

 private:
  std::map<std::string, std::vector<ServiceSpec>> good_;  // by file
};

}  // namespace pointsman::config
