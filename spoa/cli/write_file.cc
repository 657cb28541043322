#include "cli/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace pointsman::cli {
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

}  // namespace

Outcome write_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string target = resolve_links(path);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) return Error{target + ": is not a regular file"};

  std::string temporary = target + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600 until the text is in
  if (fd < 0) return system_error("cannot write", target);
  if (exists) keep_owner(fd, old);
  const bool written = write_all(fd, text) &&
                       ::fchmod(fd, exists ? old.st_mode & 07777 : mode) == 0 && ::fsync(fd) == 0;
  if (!written || ::rename(temporary.c_str(), target.c_str()) != 0) {
    Error error = system_error("cannot write", target);
    ::close(fd);
    ::unlink(temporary.c_str());
    return error;
  }
  ::close(fd);
  const int folder = ::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(
        folder);  // the rename outlives a power cut; some file systems cannot, which is no fault
    ::close(folder);
  }
  return Done{};
}

}  // namespace pointsman::cli
