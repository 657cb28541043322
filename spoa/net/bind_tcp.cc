#include "net/bind_tcp.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace pointsman::net {
namespace {

struct TcpName {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

TcpName tcp_name(const std::string& host, std::uint16_t port) {
  TcpName name;
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name.storage);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    name.length = sizeof v6;
    return name;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(name.storage);
  inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  name.length = sizeof v4;
  return name;
}

bool kernel_has_ipv6() {
  const FileDescriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const TcpName any = tcp_name("::", 0);
  return fd && bind(fd.get(), any.generic(), any.length) == 0;
}

}  // namespace

Error tcp_failure(const ListenAddress& address, std::string_view what, int error) {
  const char* hint = error == EADDRINUSE ? ", by another process or another listener of ours" : "";
  return {fmt::format("{}: {}: {}{}", address.to_text(), what, std::strerror(error), hint)};
}

Result<FileDescriptor> bind_tcp(const ListenAddress& address, PortUse use) {
  // "All addresses" is meant also where the kernel has no IPv6.
  const bool without_ipv6 = address.host == "::" && !kernel_has_ipv6();
  const TcpName name = tcp_name(without_ipv6 ? "0.0.0.0" : address.host, address.port);
  FileDescriptor fd(socket(name.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return tcp_failure(address, "socket", errno);
  const int on = 1;
  const int off = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (use == PortUse::kJoin) {
    if (auto joined = let_others_join(fd.get(), address); !joined) return joined.error();
  }
  if (name.storage.ss_family == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(fd.get(), name.generic(), name.length) != 0) {
    return tcp_failure(address, "bind", errno);
  }
  return fd;
}

Outcome let_others_join(int listening_fd, const ListenAddress& address) {
  const int on = 1;
  if (setsockopt(listening_fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) return Done{};
  return tcp_failure(address, "SO_REUSEPORT", errno);
}

std::uint16_t bound_port(int fd) {
  TcpName name;
  getsockname(fd, reinterpret_cast<sockaddr*>(&name.storage), &name.length);
  return ntohs(name.storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(name.storage).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(name.storage).sin_port);
}

}  // namespace pointsman::net
