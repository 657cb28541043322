// A bound socket that listens: TCP or unix. Each worker has a TCP socket of its own for an address
// (SO_REUSEPORT lets the kernel spread connections); a unix socket is one, shared by all workers.
// Immutable once made, so any thread may accept from it. The destructor closes it and removes the
// unix socket's file, unless another process has put its own there. One with TLS has credentials,
// which all sockets of its address share.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "base/file_descriptor.h"
#include "base/listen_address.h"
#include "base/result.h"
#include "net/bind_port.h"
#include "net/bind_unix.h"
#include "net/tls_credentials.h"

namespace pointsman::net {

class ListeningSocket {
 public:
  // `access` matters to unix sockets only, see bind_unix; `use` to TCP sockets, see bind_port.
  // Where the address wants TLS, credentials are loaded unless they are given.
  static Result<std::shared_ptr<const ListeningSocket>> open(
      const ListenAddress& address, const UnixSocketAccess& access, PortUse use = PortUse::kTake,
      std::shared_ptr<TlsCredentials> credentials = nullptr);
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  int fd() const { return fd_.get(); }
  const ListenAddress& address() const { return address_; }  // with the kernel's port
  bool is_tcp() const { return address_.kind == ListenAddress::Kind::kTcp; }
  const std::shared_ptr<TlsCredentials>& credentials() const {
    return credentials_;
  }  // null: plain

 private:
  ListeningSocket(ListenAddress address, FileDescriptor fd,
                  std::shared_ptr<TlsCredentials> credentials);

  ListenAddress address_;
  FileDescriptor fd_;
  std::shared_ptr<TlsCredentials> credentials_;
  dev_t device_ = 0;  // of the unix socket's file
  ino_t inode_ = 0;
};

using Listeners = std::vector<std::shared_ptr<const ListeningSocket>>;

// Opens every address for every worker: element i is worker i's. The first failure is the result;
// an address where another process listens already is one.
Result<std::vector<Listeners>> open_listeners(const std::vector<ListenAddress>& addresses,
                                              std::size_t workers, const UnixSocketAccess& access);

// Those of the listeners that have some.
std::vector<std::shared_ptr<TlsCredentials>> credentials_of(const Listeners& listeners);

}  // namespace pointsman::net
