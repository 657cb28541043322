#include "base/file_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pointsman {
namespace {

class OpenFile {
 public:
  // Non-blocking, so that a FIFO cannot stop the program.
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

Error system_error() { return Error{std::strerror(errno)}; }

bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

Result<std::string> read_file_text(const std::string& path, std::size_t max_bytes) {
  const OpenFile file(path);
  if (file.fd() < 0) return system_error();
  struct stat before {};
  if (::fstat(file.fd(), &before) != 0) return system_error();
  if (!S_ISREG(before.st_mode)) return Error{"not a regular file"};
  if (static_cast<std::size_t>(before.st_size) > max_bytes) {
    return Error{fmt::format("the file has more than {} bytes", max_bytes)};
  }
  std::string text(static_cast<std::size_t>(before.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.fd(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error();
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  struct stat after {};
  if (::fstat(file.fd(), &after) != 0) return system_error();
  if (filled != text.size() || !same_content(before, after)) {
    return Error{"the file changed while it was read"};
  }
  return text;
}

}  // namespace pointsman
