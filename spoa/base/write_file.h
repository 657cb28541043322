// Replaces a file at once and whole: written beside it, synced, renamed. A reader sees the old text
// or the new one. Through symbolic links.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/file_owner.h"
#include "base/result.h"

namespace pointsman {

// An existing file keeps its mode and owner; `mode` is that of a new one. Errors name the path and
// the system's reason.
Outcome write_file(const std::string& path, std::string_view text, mode_t mode);

// The same, but the file has this mode and this owner afterwards, whatever it had.
Outcome write_file_as(const std::string& path, std::string_view text, mode_t mode,
                      const FileOwner& owner);

}  // namespace pointsman
