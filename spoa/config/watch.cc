#include "config/watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
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
constexpr std::uint32_t kContents = kNames | IN_CLOSE_WRITE | IN_ATTRIB | IN_MODIFY;
constexpr int kLinkSteps = 40;  // as Linux follows at most
constexpr std::size_t kEventBytes = 1 << 16;
constexpr int kReadsPerCall = 64;

// What counts in one watched folder.
struct Interest {
  fs::path folder;  // without links
  bool everything = false;
  std::set<std::string> names;
};

// A hard link is whole at once, and no close follows it.
bool is_new_file(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

}  // namespace

struct Watch::State {
  int fd = -1;
  std::vector<fs::path> paths;
  std::map<int, Interest> folders;  // by inotify's watch descriptor
  std::string shortage;             // why a folder is not watched that could be; else empty
  Now now;
  bool changed = false;
  // Files that are being written, by their path without links, with when that began.
  std::map<std::string, std::chrono::steady_clock::time_point> unfinished;

  Interest* watch_folder(const fs::path& folder, std::uint32_t mask);
  void follow(const fs::path& path);
  void follow_links_in(const fs::path& folder);
  void arm();
  void read_events();
  void take_event(const inotify_event& event, const std::string& name);
  bool is_change(const inotify_event& event, const fs::path& path);
  bool begin_write(const fs::path& path);
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
  Interest& interest = folders[watch];
  interest.folder = folder;
  return &interest;
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

// False when too many are unfinished already: then the file counts as it is.
bool Watch::State::begin_write(const fs::path& path) {
  if (unfinished.contains(path.string())) return true;
  if (unfinished.size() >= limits::kUnfinishedFiles) return false;
  unfinished.emplace(path.string(), now());
  return true;
}

bool Watch::State::is_change(const inotify_event& event, const fs::path& path) {
  if ((event.mask & IN_ISDIR) != 0) return true;
  if ((event.mask & IN_MODIFY) != 0) return !begin_write(path);
  if ((event.mask & IN_CREATE) != 0 && is_new_file(path)) return !begin_write(path);
  // A mode that is set while the file is written: its end is what counts.
  if ((event.mask & IN_ATTRIB) != 0) return !unfinished.contains(path.string());
  unfinished.erase(path.string());
  return true;
}

void Watch::State::take_event(const inotify_event& event, const std::string& name) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    changed = true;
    return;
  }
  const auto folder = folders.find(event.wd);
  if (folder == folders.end()) return;
  const Interest& interest = folder->second;
  if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0) {
    changed = true;
  } else if (interest.everything || interest.names.contains(name)) {
    changed = is_change(event, interest.folder / name) || changed;
  }
}

void Watch::State::read_events() {
  alignas(inotify_event) std::array<char, kEventBytes> buffer;
  bool any = false;
  for (int reads = 0; reads < kReadsPerCall; ++reads) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    any = true;
    std::size_t at = 0;
    while (at < static_cast<std::size_t>(got)) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      take_event(event, std::string(name, event.len > 0 ? ::strnlen(name, event.len) : 0));
      at += sizeof event + event.len;
    }
  }
  if (!unfinished.empty()) {
    const auto begun_before = now() - limits::kUnfinishedFileWait;
    const auto given_up =
        std::erase_if(unfinished, [&](const auto& file) { return file.second <= begun_before; });
    changed = changed || given_up > 0;
  }
  // What was a folder may be another one now, and what was missing may be there.
  if (any && changed) arm();
}

Watch::Watch() : state_(std::make_unique<State>()) {}

Watch::~Watch() {
  if (state_->fd >= 0) ::close(state_->fd);
}

Result<std::unique_ptr<Watch>> Watch::start(const std::vector<std::string>& paths, Now now) {
  std::unique_ptr<Watch> watch(new Watch());
  State& state = *watch->state_;
  state.now = std::move(now);
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
  state_->read_events();
  return std::exchange(state_->changed, false);
}

bool Watch::is_unfinished(const std::string& path) {
  state_->read_events();
  if (state_->unfinished.empty()) return false;
  std::error_code failure;
  const fs::path file = fs::canonical(path, failure);
  return !failure && state_->unfinished.contains(file.string());
}

bool Watch::waits_for_files() const { return !state_->unfinished.empty(); }

}  // namespace pointsman::config
