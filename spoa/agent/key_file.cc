// The files of KeyRing::load and load_or_create.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "agent/key_ring.h"
#include "base/file_descriptor.h"

namespace pointsman::agent {
namespace {

constexpr mode_t kFolderMode = 0750;
constexpr mode_t kFileMode = 0600;

Error failure(const std::string& path, std::string_view what, int error) {
  return {fmt::format("{}: {}: {}", path, what, std::strerror(error))};
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text(limits::kKeyFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path, "read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > limits::kKeyFileBytes) {
    return Error{fmt::format("{}: more than {} bytes", path, limits::kKeyFileBytes)};
  }
  text.resize(size);
  return text;
}

Outcome write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(path, "write", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return failure(path, "fsync", errno);
  return Done{};
}

Outcome make_parent_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return Done{};
  const std::string folder = path.substr(0, slash);
  if (::mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) return Done{};
  return failure(folder, "mkdir", errno);
}

// Whole or not at all: written beside the place and then linked to it. The outcome is whether it
// is ours; another agent that starts at the same moment may have been first.
Result<bool> create_file(const std::string& path, std::string_view text) {
  const Outcome folder = make_parent_folder(path);
  if (!folder) return folder.error();
  const std::string beside = fmt::format("{}.new-{}", path, ::getpid());
  ::unlink(beside.c_str());  // of an earlier process with our id, which died half-way
  const FileDescriptor fd(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!fd) return failure(beside, "create", errno);
  const Outcome written = write_all(fd.get(), text, beside);
  const int linked = written ? ::link(beside.c_str(), path.c_str()) : -1;
  const int link_error = errno;
  ::unlink(beside.c_str());
  if (!written) return written.error();
  if (linked != 0 && link_error != EEXIST) return failure(path, "create", link_error);
  return linked == 0;
}

}  // namespace

Result<std::shared_ptr<const KeyRing>> KeyRing::load(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failure(path, "open", errno);
  struct stat file {};
  if (::fstat(fd.get(), &file) != 0) return failure(path, "stat", errno);
  if (!S_ISREG(file.st_mode)) return Error{fmt::format("{}: not a regular file", path)};
  if ((file.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Error{fmt::format("{}: mode {:04o} lets everybody in; wanted 0600 or 0640", path,
                             file.st_mode & 07777U)};
  }
  const Result<std::string> text = read_all(fd.get(), path);
  if (!text) return text.error();
  return parse(*text, path);
}

Result<std::shared_ptr<const KeyRing>> KeyRing::load_or_create(const std::string& path,
                                                               bool& created) {
  created = false;
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    const Result<bool> made = create_file(path, new_key_line(1));
    if (!made) return made.error();
    created = *made;
  }
  return load(path);
}

}  // namespace pointsman::agent
