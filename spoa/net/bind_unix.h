// Binds a unix socket with its file's mode and owner. Nobody can connect before both are set, since
// the socket does not listen yet.
#pragma once

#include <string>

#include "base/file_descriptor.h"
#include "base/listen_address.h"
#include "base/result.h"

namespace pointsman::net {

struct UnixSocketAccess {
  unsigned mode = 0660;
  std::string owner{};  // "user", "user:group", ":group", names or numbers; empty: left as it is
};

// A stale socket file is replaced; one with a listener behind it, or a file that is no socket, is
// an error.
Result<FileDescriptor> bind_unix(const ListenAddress& address, const UnixSocketAccess& access);

}  // namespace pointsman::net
