// The sockets of each worker: for every address one for UDP and a listener for TCP, on one port.
#pragma once

#include <memory>
#include <vector>

#include "base/listen_address.h"
#include "base/result.h"
#include "net/listening_socket.h"
#include "net/udp_socket.h"

namespace pointsman::dns {

struct ServiceSockets {
  std::vector<std::unique_ptr<net::UdpSocket>> udp;
  net::Listeners listeners;
};

// Element i is worker i's; the first failure is the result.
Result<std::vector<ServiceSockets>> open_service_sockets(
    const std::vector<ListenAddress>& addresses, std::size_t workers);

}  // namespace pointsman::dns
