// Asks the system's resolver (c-ares, /etc/resolv.conf with its search list) for the addresses
// behind names: A and AAAA, or SRV (RFC 2782) where a name begins with '_'. All questions of a call
// travel at once. Blocks until all are answered or given up; for a thread that has nothing else to
// do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/limits.h"

namespace pointsman::discovery {

struct Question {
  std::string name;
  std::uint16_t port = 0;  // of A and AAAA
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  std::uint16_t weight = 100;

  auto operator<=>(const Endpoint&) const = default;
};

// That a name has no addresses is an answer. A failure says nothing about them.
struct Answer {
  std::vector<Endpoint> endpoints;  // each address and port once, ascending
  std::string failure;              // empty: the name was answered
};

struct LookupOptions {
  std::string servers;  // "127.0.0.1:5353"; empty: those of the system
  std::chrono::milliseconds wait = limits::kDiscoveryWait;  // for one try of a query
  int cancel_fd = -1;                                       // readable: give up at once
};

std::vector<Answer> look_up(const std::vector<Question>& questions, const LookupOptions& options);

}  // namespace pointsman::discovery
