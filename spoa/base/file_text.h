// A whole file as a string, for configuration: regular files only, bounded, and never half of a
// file that somebody is writing right now.
#pragma once

#include <string>

#include "base/result.h"

namespace pointsman {

// The error is a reason without the path: "No such file or directory".
Result<std::string> read_file_text(const std::string& path, std::size_t max_bytes);

}  // namespace pointsman
