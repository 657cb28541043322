#include "base/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace pointsman {
namespace {

Error system_error(const std::string& what, const std::string& path) {
  return {path + ": " + what + ": " + std::strerror(errno)};
}

std::string resolve_links(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;  // a new file
  std::string result = resolved;
  std::free(resolved);
  return result;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Whoever may write the folder but not give files away still gets the text written, as its owner.
void keep_owner(int fd, const struct stat& old) {
  if (::fchown(fd, old.st_uid, old.st_gid) != 0 &&
      ::fchown(fd, static_cast<uid_t>(-1), old.st_gid) != 0) {
    errno = 0;
  }
}

void sync_folder_of(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);  // the rename outlives a power cut; some file systems cannot, which is no fault
  ::close(folder);
}

// `access` gives the open file, which only its owner may read until then, its owner and mode.
template <class GiveAccess>  // bool(int fd)
Outcome replace(const std::string& target, std::string_view text, GiveAccess&& access) {
  std::string temporary = target + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return system_error("cannot write", target);
  const bool written = write_all(fd, text) && access(fd) && ::fsync(fd) == 0;
  if (!written || ::rename(temporary.c_str(), target.c_str()) != 0) {
    Error error = system_error("cannot write", target);
    ::close(fd);
    ::unlink(temporary.c_str());
    return error;
  }
  ::close(fd);
  sync_folder_of(target);
  return Done{};
}

struct Replaced {
  std::string target;
  std::optional<struct stat> old;
};

// What the path leads to, which is a regular file or not there yet.
Result<Replaced> find_replaced(const std::string& path) {
  Replaced replaced{resolve_links(path), {}};
  struct stat old {};
  if (::stat(replaced.target.c_str(), &old) != 0) return replaced;
  if (!S_ISREG(old.st_mode)) return Error{replaced.target + ": is not a regular file"};
  replaced.old = old;
  return replaced;
}

}  // namespace

Outcome write_file(const std::string& path, std::string_view text, mode_t mode) {
  const Result<Replaced> replaced = find_replaced(path);
  if (!replaced) return replaced.error();
  return replace(replaced->target, text, [&](int fd) {
    if (!replaced->old) return ::fchmod(fd, mode) == 0;
    keep_owner(fd, *replaced->old);
    return ::fchmod(fd, replaced->old->st_mode & 07777) == 0;
  });
}

Outcome write_file_as(const std::string& path, std::string_view text, mode_t mode,
                      const FileOwner& owner) {
  const Result<Replaced> replaced = find_replaced(path);
  if (!replaced) return replaced.error();
  return replace(replaced->target, text, [&](int fd) {
    return (owner.changes_nothing() || ::fchown(fd, owner.user, owner.group) == 0) &&
           ::fchmod(fd, mode) == 0;
  });
}

}  // namespace pointsman
