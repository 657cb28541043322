// Binds a TCP socket that shares its port with others of the same user (SO_REUSEPORT), so that each
// worker has its own queue of connections.
#pragma once

#include <cstdint>

#include "base/listen_address.h"
#include "base/result.h"
#include "net/file_descriptor.h"

namespace pointsman::net {

Result<FileDescriptor> bind_tcp(const ListenAddress& address);
std::uint16_t bound_port(int fd);

}  // namespace pointsman::net
