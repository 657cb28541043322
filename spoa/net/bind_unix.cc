#include "net/bind_unix.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/file_owner.h"

namespace pointsman::net {
namespace {

Error failure(const ListenAddress& address, std::string_view what, int error) {
  return {fmt::format("{}: {}: {}", address.to_text(), what, std::strerror(error))};
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Makes the path free: nothing there, or a socket file that nobody listens behind any more.
Outcome remove_stale_file(const ListenAddress& address) {
  struct stat file {};
  if (lstat(address.path.c_str(), &file) != 0) {
    if (errno == ENOENT) return Done{};
    return failure(address, "stat", errno);
  }
  if (!S_ISSOCK(file.st_mode)) {
    return Error{fmt::format("{}: the file exists and is no socket", address.to_text())};
  }
  const FileDescriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_un name = unix_address(address.path);
  if (connect(probe.get(), generic(name), sizeof name) == 0 || errno != ECONNREFUSED) {
    return Error{fmt::format("{}: another process listens there", address.to_text())};
  }
  if (unlink(address.path.c_str()) != 0) return failure(address, "remove the stale file", errno);
  return Done{};
}

}  // namespace

Result<FileDescriptor> bind_unix(const ListenAddress& address, const UnixSocketAccess& access) {
  const Result<FileOwner> owner = parse_file_owner(access.owner);
  if (!owner) return Error{fmt::format("{}: {}", address.to_text(), owner.error().message)};
  const Outcome path_is_free = remove_stale_file(address);
  if (!path_is_free) return path_is_free.error();
  FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failure(address, "socket", errno);
  const sockaddr_un name = unix_address(address.path);
  if (bind(fd.get(), generic(name), sizeof name) != 0) return failure(address, "bind", errno);
  if (chmod(address.path.c_str(), access.mode) != 0) return failure(address, "chmod", errno);
  if (!owner->changes_nothing() && chown(address.path.c_str(), owner->user, owner->group) != 0) {
    return failure(address, fmt::format("chown to '{}'", access.owner), errno);
  }
  return fd;
}

}  // namespace pointsman::net
