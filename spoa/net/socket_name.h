// An IP address and port as system calls take them, of either family. IPv4 addresses have IPv4
// names; a peer that came by IPv4 to an IPv6 socket has the mapped name that the kernel gave it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "base/ip_address.h"

namespace pointsman::net {

class SocketName {
 public:
  SocketName() = default;  // room for what a system call will write
  SocketName(const IpAddress& address, std::uint16_t port);
  static SocketName of_local_end(int fd);
  static SocketName of_peer(int fd);

  static IpAddress address_of(const in_addr& v4);
  static IpAddress address_of(const in6_addr& v6);

  int family() const { return name_.any.sa_family; }
  IpAddress address() const;
  std::uint16_t port() const;

  sockaddr* raw() { return &name_.any; }
  const sockaddr* raw() const { return &name_.any; }
  socklen_t size() const { return family() == AF_INET ? sizeof name_.v4 : sizeof name_.v6; }
  static constexpr socklen_t kRoom = sizeof(sockaddr_in6);

 private:
  union {
    sockaddr_in6 v6;
    sockaddr_in v4;
    sockaddr any;
  } name_{};
};

}  // namespace pointsman::net
