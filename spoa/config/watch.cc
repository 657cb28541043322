#include "config/watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/limits.h"

namespace pointsman::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
// A write counts when it is complete, so that no half-written file is read.
constexpr std::uint32_t kContents = kNames | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr int kLinkSteps = 40;  // as Linux follows at most
constexpr std::size_t kEventBytes = 1 << 16;
constexpr int kReadsPerCall = 64;

// What counts in one watched folder.
struct Interest {
  bool everything = false;
  std::set<std::string> names;
};

}  // namespace

struct Watch::State {
  int fd = -1;
  std::vector<fs::path> paths;
  std::map<int, Interest> folders;  // by inotify's watch descriptor
  std::string shortage;             // why a folder is not watched that could be; else empty

  Interest* watch_folder(const fs::path& folder, std::uint32_t mask);
  void follow(const fs::path& path);
  void follow_links_in(const fs::path& folder);
  void arm();
  bool concerns(const inotify_event& event, std::string_view name) const;
};

// Null where the folder cannot be watched: without read permission, say.
Interest* Watch::State::watch_folder(const fs::path& folder, std::uint32_t mask) {
  const int watch = ::inotify_add_watch(fd, folder.c_str(), mask | IN_MASK_ADD);
  if (watch < 0) {
    if (errno == ENOSPC) shortage = "no inotify watch is left (see fs.inotify.max_user_watches)";
    return nullptr;
  }
  if (!folders.contains(watch) && folders.size() >= limits::kWatchedFolders) {
    ::inotify_rm_watch(fd, watch);
    shortage = fmt::format("more than {} folders to watch", limits::kWatchedFolders);
    return nullptr;
  }
  return &folders[watch];
}

// Walks to the path one name at a time, through symbolic links, and watches each folder on the way
// for that name. Each folder is watched before it is looked into, so nothing can happen between.
void Watch::State::follow(const fs::path& path) {
  std::deque<fs::path> rest(path.begin(), path.end());
  fs::path at = "/";
  int links = 0;
  while (!rest.empty()) {
    const fs::path name = rest.front();
    rest.pop_front();
    if (name.empty() || name == "/" || name == ".") continue;
    if (name == "..") {
      at = at.parent_path();
      continue;
    }
    Interest* const interest = watch_folder(at, rest.empty() ? kContents : kNames);
    if (interest != nullptr) interest->names.insert(name.string());
    std::error_code failure;
    const fs::file_status status = fs::symlink_status(at / name, failure);
    if (failure || !fs::exists(status)) return;
    if (!fs::is_symlink(status)) {
      at /= name;
      continue;
    }
    const fs::path target = fs::read_symlink(at / name, failure);
    if (failure || ++links > kLinkSteps) return;
    rest.insert(rest.begin(), target.begin(), target.end());
    if (target.is_absolute()) at = "/";
  }
  std::error_code failure;
  if (!fs::is_directory(at, failure)) return;
  if (Interest* const interest = watch_folder(at, kContents)) interest->everything = true;
}

void Watch::State::follow_links_in(const fs::path& folder) {
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (std::size_t seen = 0; !failure && entry != fs::directory_iterator(); ++seen) {
    if (seen > limits::kGatewayFiles) return;
    std::error_code unknown;
    if (entry->is_symlink(unknown)) follow(fs::absolute(entry->path(), unknown));
    entry.increment(failure);
  }
}

void Watch::State::arm() {
  std::map<int, Interest> before;
  before.swap(folders);
  for (const fs::path& path : paths) {
    follow(path);
    follow_links_in(path);
  }
  for (const auto& [watch, interest] : before) {
    if (!folders.contains(watch)) ::inotify_rm_watch(fd, watch);
  }
}

bool Watch::State::concerns(const inotify_event& event, std::string_view name) const {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
  const auto folder = folders.find(event.wd);
  if (folder == folders.end()) return false;
  if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0) return true;
  return folder->second.everything || folder->second.names.contains(std::string(name));
}

Watch::Watch() : state_(std::make_unique<State>()) {}

Watch::~Watch() {
  if (state_->fd >= 0) ::close(state_->fd);
}

Result<std::unique_ptr<Watch>> Watch::start(std::vector<std::string> paths) {
  std::unique_ptr<Watch> watch(new Watch());
  State& state = *watch->state_;
  state.fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (state.fd < 0) return Error{fmt::format("inotify: {}", std::strerror(errno))};
  for (const std::string& path : paths) {
    std::error_code failure;
    state.paths.push_back(fs::absolute(path, failure));
    if (failure) return Error{fmt::format("{}: {}", path, failure.message())};
  }
  state.arm();
  if (!state.shortage.empty()) return Error{state.shortage};
  return watch;
}

int Watch::fd() const { return state_->fd; }

bool Watch::take_changes() {
  alignas(inotify_event) std::array<char, kEventBytes> buffer;
  bool changed = false;
  for (int reads = 0; reads < kReadsPerCall; ++reads) {
    const ssize_t got = ::read(state_->fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    std::size_t at = 0;
    while (at < static_cast<std::size_t>(got)) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      const std::string_view text(name, event.len > 0 ? ::strnlen(name, event.len) : 0);
      changed = state_->concerns(event, text) || changed;
      at += sizeof event + event.len;
    }
  }
  // What was a folder may be another one now, and what was missing may be there.
  if (changed) state_->arm();
  return changed;
}

}  // namespace pointsman::config
