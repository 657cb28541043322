// Which files a path of the settings stands for: one YAML file, or the *.yaml and *.yml of a folder
// in name order; and their text. What is being written right now counts as unreadable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"

namespace pointsman::config {

// Tells of a path, after it was read, whether the file is being written right now. Such a file
// counts as unreadable, since half of it may have been read.
using IsUnfinished = std::function<bool(const std::string& path)>;

// The path itself where it is no folder. The error says why a folder can't be listed.
Result<std::vector<std::string>> find_yaml_files(const std::string& path);

// Null, and a diagnostic, where the file can't be read.
std::optional<std::string> read_yaml_text(const std::string& path, Diagnostics& diagnostics,
                                          const IsUnfinished& is_unfinished);

}  // namespace pointsman::config
