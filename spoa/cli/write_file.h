// Replaces a file at once and whole: written beside it, synced, renamed. A reader sees the old text
// or the new one. Through symbolic links; an existing file keeps its mode and owner.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace pointsman::cli {

// `mode` is that of a new file. Errors name the path and the system's reason.
Outcome write_file(const std::string& path, std::string_view text, mode_t mode);

}  // namespace pointsman::cli
