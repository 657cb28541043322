// Where to listen, as people write it: "127.0.0.1:9012", "[::1]:9012", "*:9012" (all IPv6 and IPv4
// addresses), "unix:/run/x.sock". Host names are not accepted: a listener must not depend on DNS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pointsman {

struct ListenAddress {
  enum class Kind : unsigned char { kTcp, kUnix };
  Kind kind = Kind::kTcp;
  std::string host;        // kTcp: a literal address; "::" for "*"
  std::uint16_t port = 0;  // kTcp; 0 lets the kernel choose (tests)
  std::string path;        // kUnix

  static Result<ListenAddress> parse(std::string_view text);
  std::string to_text() const;
  bool operator==(const ListenAddress&) const = default;
};

}  // namespace pointsman
