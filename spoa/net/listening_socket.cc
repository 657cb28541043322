#include "net/listening_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/limits.h"
#include "net/bind_port.h"

namespace pointsman::net {

ListeningSocket::ListeningSocket(ListenAddress address, FileDescriptor fd,
                                 std::shared_ptr<TlsCredentials> credentials)
    : address_(std::move(address)), fd_(std::move(fd)), credentials_(std::move(credentials)) {
  if (is_tcp()) {
    address_.port = bound_port(fd_.get());
    return;
  }
  struct stat file {};
  if (stat(address_.path.c_str(), &file) == 0) {
    device_ = file.st_dev;
    inode_ = file.st_ino;
  }
}

ListeningSocket::~ListeningSocket() {
  if (is_tcp()) return;
  struct stat file {};
  if (lstat(address_.path.c_str(), &file) != 0) return;
  if (file.st_dev == device_ && file.st_ino == inode_) unlink(address_.path.c_str());
}

Result<std::shared_ptr<const ListeningSocket>> ListeningSocket::open(
    const ListenAddress& address, const UnixSocketAccess& access, PortUse use,
    std::shared_ptr<TlsCredentials> credentials) {
  if (address.tls && credentials == nullptr) {
    auto loaded = TlsCredentials::load(*address.tls, unix_now());
    if (!loaded) return Error{address.to_text() + ": " + loaded.error().to_text()};
    credentials = std::move(*loaded);
  }
  const bool tcp = address.kind == ListenAddress::Kind::kTcp;
  Result<FileDescriptor> fd =
      tcp ? bind_port(address, Transport::kTcp, use) : bind_unix(address, access);
  if (!fd) return fd.error();
  std::shared_ptr<const ListeningSocket> listening(
      new ListeningSocket(address, std::move(*fd), std::move(credentials)));
  if (listen(listening->fd(), limits::kListenBacklog) != 0) {
    return port_failure(address, "listen", errno);
  }
  if (tcp) {
    if (auto shared = let_others_join(listening->fd(), address); !shared) return shared.error();
  }
  return listening;
}

Result<std::vector<Listeners>> open_listeners(const std::vector<ListenAddress>& addresses,
                                              std::size_t workers, const UnixSocketAccess& access) {
  std::vector<Listeners> listeners(workers);
  for (const ListenAddress& address : addresses) {
    ListenAddress wanted = address;
    std::shared_ptr<const ListeningSocket> last;
    for (Listeners& of_worker : listeners) {
      if (last == nullptr || last->is_tcp()) {
        const PortUse use = last == nullptr ? PortUse::kTake : PortUse::kJoin;
        auto opened = ListeningSocket::open(wanted, access, use,
                                            last == nullptr ? nullptr : last->credentials());
        if (!opened) return opened.error();
        last = *opened;
        wanted = last->address();  // all workers share the port that the kernel chose
      }
      of_worker.push_back(last);
    }
  }
  return listeners;
}

std::vector<std::shared_ptr<TlsCredentials>> credentials_of(const Listeners& listeners) {
  std::vector<std::shared_ptr<TlsCredentials>> all;
  for (const auto& listener : listeners) {
    if (listener->credentials() != nullptr) all.push_back(listener->credentials());
  }
  return all;
}

}  // namespace pointsman::net
