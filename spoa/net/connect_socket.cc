#include "net/connect_socket.h"

#include <cerrno>

namespace pointsman::net {

FileDescriptor connect_socket(const SocketName& peer, Transport transport) {
  const int type = transport == Transport::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  FileDescriptor fd(socket(peer.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  if (connect(fd.get(), peer.raw(), peer.size()) != 0 && errno != EINPROGRESS) return {};
  return fd;
}

}  // namespace pointsman::net
