#include "net/socket_name.h"

#include <cstring>

namespace pointsman::net {

SocketName::SocketName(const IpAddress& address, std::uint16_t port) {
  if (address.is_v4()) {
    name_.v4 = {};
    name_.v4.sin_family = AF_INET;
    name_.v4.sin_port = htons(port);
    std::memcpy(&name_.v4.sin_addr, address.bytes.data() + 12, 4);
  } else {
    name_.v6.sin6_family = AF_INET6;
    name_.v6.sin6_port = htons(port);
    std::memcpy(&name_.v6.sin6_addr, address.bytes.data(), 16);
  }
}

SocketName SocketName::of_local_end(int fd) {
  SocketName name;
  socklen_t room = kRoom;
  getsockname(fd, name.raw(), &room);
  return name;
}

SocketName SocketName::of_peer(int fd) {
  SocketName name;
  socklen_t room = kRoom;
  getpeername(fd, name.raw(), &room);
  return name;
}

IpAddress SocketName::address_of(const in_addr& v4) {
  return *IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&v4), sizeof v4});
}

IpAddress SocketName::address_of(const in6_addr& v6) {
  return *IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&v6), sizeof v6});
}

IpAddress SocketName::address() const {
  return family() == AF_INET ? address_of(name_.v4.sin_addr) : address_of(name_.v6.sin6_addr);
}

std::uint16_t SocketName::port() const {
  return ntohs(family() == AF_INET ? name_.v4.sin_port : name_.v6.sin6_port);
}

}  // namespace pointsman::net
