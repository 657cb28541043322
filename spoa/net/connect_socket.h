// Opens a socket to somebody else without waiting: a UDP socket that takes datagrams from that peer
// only, or a TCP socket that is on its way and becomes writable once it is connected. Its own port
// is chosen by the kernel at random, so that nobody can guess where an answer is awaited.
#pragma once

#include "base/file_descriptor.h"
#include "net/bind_port.h"
#include "net/socket_name.h"

namespace pointsman::net {

// Empty where that fails at once; errno says why.
FileDescriptor connect_socket(const SocketName& peer, Transport transport);

}  // namespace pointsman::net
