// Where to listen, as people write it: "127.0.0.1:9012", "[::1]:9012", "*:9012" (all IPv6 and IPv4
// addresses), "unix:/run/x.sock". Host names are not accepted: a listener must not depend on DNS.
// With it goes what is asked of those who connect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/tls_files.h"

namespace pointsman {

struct ListenAddress {
  enum class Kind : unsigned char { kTcp, kUnix };
  Kind kind = Kind::kTcp;
  std::string host;             // kTcp: a literal address; "::" for "*"
  std::uint16_t port = 0;       // kTcp; 0 lets the kernel choose (tests)
  std::string path;             // kUnix
  std::optional<TlsFiles> tls;  // kTcp; null: plain

  static Result<ListenAddress> parse(std::string_view text);
  std::string to_text() const;  // of the address alone
  // Whether only those get in who were let in by somebody: by the mode of a unix socket, or by the
  // CA that signed their certificate. Only they are told secrets.
  bool admits_by_name() const {
    return kind == Kind::kUnix || (tls && !tls->client_ca.path.empty());
  }
  // The same place, whatever is spoken there.
  bool operator==(const ListenAddress& other) const {
    return kind == other.kind && host == other.host && port == other.port && path == other.path;
  }
};

}  // namespace pointsman
