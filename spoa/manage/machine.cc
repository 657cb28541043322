#include "manage/machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/file_text.h"
#include "base/limits.h"
#include "base/write_file.h"
#include "manage/configuration.h"

namespace pointsman::manage {
namespace {

namespace fs = std::filesystem;

// HAProxy reads them as root, or as a member of the folder's group; they may hold secrets.
constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;

// A link would lead out of the folder.
Outcome refuse_link(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISLNK(found.st_mode)) return Done{};
  return Error{path + ": is a symbolic link, which the agent does not follow there"};
}

}  // namespace

Machine::Machine(MachineOptions options, const StopFlag& stop)
    : options_(std::move(options)), stop_(stop) {}

Outcome Machine::lock() {
  if (lock_) return Done{};
  FileDescriptor folder(::open(options_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) {
    lock_ = std::move(folder);
    return Done{};
  }
  if (errno == EWOULDBLOCK) {
    return Error{options_.folder + ": another agent keeps HAProxy's configuration there"};
  }
  return Error{fmt::format("{}: cannot be locked: {}", options_.folder, std::strerror(errno))};
}

Result<std::optional<std::string>> Machine::read(const std::string& name) {
  const std::string path = path_of(name);
  if (const Outcome own = refuse_link(path); !own) return own.error();
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::optional<std::string>();
  auto text = read_file_text(path, limits::kManagedFileBytes);
  if (!text) return Error{path + ": " + text.error().message};
  return std::optional<std::string>(std::move(*text));
}

Outcome Machine::write(const std::string& name, std::string_view text) {
  for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1)) {
    const std::string folder = path_of(name.substr(0, at));
    if (const Outcome own = refuse_link(folder); !own) return own;
    if (::mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) continue;
    return Error{fmt::format("{}: cannot make the folder: {}", folder, std::strerror(errno))};
  }
  if (const Outcome own = refuse_link(path_of(name)); !own) return own;
  return write_file_as(path_of(name), text, kFileMode, {});
}

Outcome Machine::rename(const std::string& from, const std::string& to) {
  if (std::rename(path_of(from).c_str(), path_of(to).c_str()) == 0) return Done{};
  return Error{
      fmt::format("{}: cannot be renamed to {}: {}", path_of(from), to, std::strerror(errno))};
}

void Machine::sweep(std::string_view current, std::string_view last_good) {
  auto in_use = parts_folders_in(current);
  in_use.merge(parts_folders_in(last_good));
  std::error_code failure;
  std::error_code ignored;
  for (fs::directory_iterator entry(options_.folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    // Nothing but what is called as parts are, whoever else has files here.
    if (!parts_folders_in(name).contains(name) || in_use.contains(name)) continue;
    fs::remove_all(entry->path(), ignored);
  }
}

Result<ExternalResult> Machine::check(const std::string& name) {
  std::vector<std::string> arguments = options_.check;
  for (std::string& argument : arguments) {
    if (argument == kFileArgument) argument = path_of(name);
  }
  return run_external(arguments, limits::kExternalTime, &stop_);
}

Reload Machine::find_haproxy() { return manage::find_haproxy(reload_means()); }

Reload Machine::reload() { return reload_haproxy(reload_means()); }

ReloadMeans Machine::reload_means() const {
  using Clock = std::chrono::steady_clock;
  ReloadMeans means;
  if (!options_.master.empty()) {
    means.ask = [this](std::string_view command, std::chrono::milliseconds time) {
      return ask_master(options_.master, command, time, stop_);
    };
  }
  if (!options_.reload.empty()) {
    means.run_command = [this] {
      return run_external(options_.reload, limits::kExternalTime, &stop_);
    };
  }
  means.pause = [this, deadline = std::optional<Clock::time_point>()]() mutable {
    if (!deadline) deadline = Clock::now() + limits::kTakeoverTime;
    if (stop_.is_set() || Clock::now() > *deadline) return false;
    stop_.wait_for(limits::kTakeoverPoll);
    return true;
  };
  return means;
}

}  // namespace pointsman::manage
