#include "net/bind_unix.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

namespace pointsman::net {
namespace {

Error failure(const ListenAddress& address, std::string_view what, int error) {
  return {fmt::format("{}: {}: {}", address.to_text(), what, std::strerror(error))};
}

std::optional<unsigned> to_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uid_t> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> text(16384);
  getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  return found != nullptr ? std::optional<uid_t>(found->pw_uid) : to_number(name);
}

std::optional<gid_t> find_group(const std::string& name) {
  group entry{};
  group* found = nullptr;
  std::vector<char> text(16384);
  getgrnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  return found != nullptr ? std::optional<gid_t>(found->gr_gid) : to_number(name);
}

struct Owner {
  uid_t user = static_cast<uid_t>(-1);  // -1: unchanged, as chown() has it
  gid_t group = static_cast<gid_t>(-1);
};

Result<Owner> parse_owner(const std::string& text) {
  Owner owner;
  const std::size_t colon = text.find(':');
  const std::string user = text.substr(0, colon);
  const std::string group = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (!user.empty()) {
    const std::optional<uid_t> found = find_user(user);
    if (!found) return Error{fmt::format("no user '{}'", user)};
    owner.user = *found;
  }
  if (!group.empty()) {
    const std::optional<gid_t> found = find_group(group);
    if (!found) return Error{fmt::format("no group '{}'", group)};
    owner.group = *found;
  }
  return owner;
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
  const Result<Owner> owner = parse_owner(access.owner);
  if (!owner) return Error{fmt::format("{}: {}", address.to_text(), owner.error().message)};
  const Outcome path_is_free = remove_stale_file(address);
  if (!path_is_free) return path_is_free.error();
  FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failure(address, "socket", errno);
  const sockaddr_un name = unix_address(address.path);
  if (bind(fd.get(), generic(name), sizeof name) != 0) return failure(address, "bind", errno);
  if (chmod(address.path.c_str(), access.mode) != 0) return failure(address, "chmod", errno);
  const bool keeps_owner =
      owner->user == static_cast<uid_t>(-1) && owner->group == static_cast<gid_t>(-1);
  if (!keeps_owner && chown(address.path.c_str(), owner->user, owner->group) != 0) {
    return failure(address, fmt::format("chown to '{}'", access.owner), errno);
  }
  return fd;
}

}  // namespace pointsman::net
