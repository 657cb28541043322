// Binds TCP sockets that share one port (SO_REUSEPORT), so that each worker has its own queue of
// connections. The port is shared among the sockets of one open_listeners() only: the first takes
// it alone and lets others in once it listens, so a second agent of the same user is refused.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/listen_address.h"
#include "base/result.h"
#include "net/file_descriptor.h"

namespace pointsman::net {

enum class PortUse : unsigned char { kTake, kJoin };

Result<FileDescriptor> bind_tcp(const ListenAddress& address, PortUse use);
Outcome let_others_join(int listening_fd, const ListenAddress& address);
// "127.0.0.1:9012: bind: Address already in use, by …"
Error tcp_failure(const ListenAddress& address, std::string_view what, int error);
std::uint16_t bound_port(int fd);

}  // namespace pointsman::net
