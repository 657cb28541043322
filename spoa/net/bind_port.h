// Binds TCP and UDP sockets that share one port (SO_REUSEPORT), so that each worker has its own
// queue. The port is shared among the sockets of one opening only: the first takes it alone and
// lets others in afterwards (TCP: once it listens), so a second agent of the same user is refused.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/listen_address.h"
#include "base/result.h"

namespace pointsman::net {

enum class Transport : unsigned char { kTcp, kUdp };
enum class PortUse : unsigned char { kTake, kJoin };

Result<FileDescriptor> bind_port(const ListenAddress& address, Transport transport, PortUse use);
Outcome let_others_join(int fd, const ListenAddress& address);
// "127.0.0.1:9012: bind: Address already in use, by …"
Error port_failure(const ListenAddress& address, std::string_view what, int error);
std::uint16_t bound_port(int fd);

}  // namespace pointsman::net
