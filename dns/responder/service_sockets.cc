#include "dns/responder/service_sockets.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

using net::PortUse;
using net::UdpSocket;

// Adds an address' sockets, or nothing.
Outcome open_address(const ListenAddress& address, std::vector<ServiceSockets>& workers) {
  auto listeners = net::open_listeners({address}, workers.size(), {});
  if (!listeners) return listeners.error();
  const ListenAddress bound = listeners->front().front()->address();  // with the kernel's port
  std::vector<std::unique_ptr<UdpSocket>> sockets;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    auto socket = UdpSocket::open(bound, i == 0 ? PortUse::kTake : PortUse::kJoin);
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  for (std::size_t i = 0; i < workers.size(); ++i) {
    workers[i].listeners.push_back((*listeners)[i].front());
    workers[i].udp.push_back(std::move(sockets[i]));
  }
  return Done{};
}

}  // namespace

Result<std::vector<ServiceSockets>> open_service_sockets(
    const std::vector<ListenAddress>& addresses, std::size_t workers) {
  std::vector<ServiceSockets> sockets(workers);
  for (const ListenAddress& address : addresses) {
    if (address.kind == ListenAddress::Kind::kUnix) {
      return Error{fmt::format("{}: DNS needs an address and a port", address.to_text())};
    }
    Outcome opened = open_address(address, sockets);
    // The kernel chose a port that is free for TCP; another may be so for UDP too.
    for (int i = 1; !opened && address.port == 0 && i < limits::kPortChoices; ++i) {
      opened = open_address(address, sockets);
    }
    if (!opened) return opened.error();
  }
  return sockets;
}

}  // namespace pointsman::dns
