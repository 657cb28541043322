#include "net/bind_port.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "net/socket_name.h"

namespace pointsman::net {
namespace {

SocketName name_of(const std::string& host, std::uint16_t port) {
  return {IpAddress::parse(host).value_or(IpAddress{}), port};
}

bool kernel_has_ipv6() {
  const FileDescriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketName any = name_of("::", 0);
  return fd && bind(fd.get(), any.raw(), any.size()) == 0;
}

}  // namespace

Error port_failure(const ListenAddress& address, std::string_view what, int error) {
  const char* hint = error == EADDRINUSE ? ", by another process or another listener of ours" : "";
  return {fmt::format("{}: {}: {}{}", address.to_text(), what, std::strerror(error), hint)};
}

Result<FileDescriptor> bind_port(const ListenAddress& address, Transport transport, PortUse use) {
  // "All addresses" is meant also where the kernel has no IPv6.
  const bool without_ipv6 = address.host == "::" && !kernel_has_ipv6();
  const SocketName name = name_of(without_ipv6 ? "0.0.0.0" : address.host, address.port);
  const bool tcp = transport == Transport::kTcp;
  const int type = tcp ? SOCK_STREAM : SOCK_DGRAM;
  FileDescriptor fd(socket(name.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return port_failure(address, "socket", errno);
  const int on = 1;
  const int off = 0;
  // Of UDP sockets it would mean that anybody may join.
  if (tcp) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (use == PortUse::kJoin) {
    if (auto joined = let_others_join(fd.get(), address); !joined) return joined.error();
  }
  if (name.family() == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(fd.get(), name.raw(), name.size()) != 0) {
    return port_failure(address, tcp ? "bind" : "bind UDP", errno);
  }
  return fd;
}

Outcome let_others_join(int fd, const ListenAddress& address) {
  const int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) return Done{};
  return port_failure(address, "SO_REUSEPORT", errno);
}

std::uint16_t bound_port(int fd) { return SocketName::of_local_end(fd).port(); }

}  // namespace pointsman::net
