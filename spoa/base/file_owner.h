// "user", "user:group" or ":group" as settings have it, names or numbers → what chown() takes.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace pointsman {

struct FileOwner {
  uid_t user = static_cast<uid_t>(-1);  // -1: unchanged, as chown() has it
  gid_t group = static_cast<gid_t>(-1);

  bool changes_nothing() const {
    return user == static_cast<uid_t>(-1) && group == static_cast<gid_t>(-1);
  }
};

// An empty text changes nothing. The error names a user or group that there is not.
Result<FileOwner> parse_file_owner(const std::string& text);

}  // namespace pointsman
