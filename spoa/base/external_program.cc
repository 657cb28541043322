#include "base/external_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {  // glibc 2.36 leaves it out
#include <sys/pidfd.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>

#include "base/file_descriptor.h"
#include "base/limits.h"

namespace pointsman {
namespace {

using Clock = std::chrono::steady_clock;

class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // 0, or the error's number.
  int spawn(pid_t& pid, const std::vector<std::string>& arguments, int output) {
    sigset_t none{};
    sigset_t all{};
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    std::vector<std::string> copies = arguments;
    std::vector<char*> words;
    for (std::string& word : copies) words.push_back(word.data());
    words.push_back(nullptr);
    return ::posix_spawnp(&pid, words[0], &actions_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// Reads what there is; false at the end of it.
bool read_some(int fd, std::string& output) {
  std::array<char, 4096> block{};
  const ssize_t length = ::read(fd, block.data(), block.size());
  if (length < 0) return errno == EINTR || errno == EAGAIN;
  const std::size_t room = limits::kExternalOutputBytes - output.size();
  output.append(block.data(), std::min(static_cast<std::size_t>(length), room));
  return length > 0;
}

enum class Wait : unsigned char { kEnded, kTooLong, kStopped };

// Until the program has ended, whether or not somebody it left behind holds its streams.
Wait wait_for_end(int process, FileDescriptor& pipe, Clock::time_point deadline,
                  const StopFlag* stop, std::string& output) {
  const int stop_fd = stop == nullptr ? -1 : stop->fd();  // poll() leaves out what is below 0
  while (true) {
    std::array<pollfd, 3> polled{
        {{process, POLLIN, 0}, {pipe.get(), POLLIN, 0}, {stop_fd, POLLIN, 0}}};
    const int left = milliseconds_until(deadline);
    const int ready = ::poll(polled.data(), polled.size(), left);
    if (ready < 0 && errno == EINTR) continue;
    if (polled[2].revents != 0) return Wait::kStopped;
    if (polled[1].revents != 0) {
      if (!read_some(pipe.get(), output)) pipe.reset();
    } else if (polled[0].revents != 0) {
      return Wait::kEnded;
    }
    if (left == 0) return Wait::kTooLong;  // also where its output never pauses
  }
}

// Children that did not end when they were killed: they run as another user (sudo), hang in the
// kernel, or are traced. The system keeps children by process, so this is one list, too.
class Unended {
 public:
  // False: there are too many.
  bool has_room() {
    const std::lock_guard lock(mutex_);
    std::erase_if(pids_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
    return pids_.size() < limits::kUnendedPrograms;
  }
  void add(pid_t pid) {
    const std::lock_guard lock(mutex_);
    pids_.push_back(pid);
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

Unended& unended() {
  static Unended programs;
  return programs;
}

// Its number still is its group's until it is waited for.
void kill_group(pid_t pid, const FileDescriptor& process) {
  ::kill(-pid, SIGKILL);
  pollfd polled{process.get(), POLLIN, 0};
  const auto deadline = Clock::now() + limits::kExternalEnd;
  while (::poll(&polled, 1, milliseconds_until(deadline)) < 0 && errno == EINTR) {
  }
}

// Null: it has not ended.
std::optional<int> status_of(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) == pid) return status;
  unended().add(pid);
  return std::nullopt;
}

}  // namespace

Result<ExternalResult> run_external(const std::vector<std::string>& arguments,
                                    std::chrono::milliseconds patience, const StopFlag* stop) {
  const std::string& name = arguments.front();
  if (!unended().has_room()) {
    return Error{fmt::format("{}: is not run: {} programs that were killed have not ended", name,
                             limits::kUnendedPrograms)};
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{fmt::format("{}: cannot be run: {}", name, std::strerror(errno))};
  }
  FileDescriptor pipe(ends[0]);
  FileDescriptor output_end(ends[1]);
  ::fcntl(pipe.get(), F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  if (const int failure = SpawnSettings().spawn(pid, arguments, output_end.get()); failure != 0) {
    return Error{fmt::format("{}: cannot be run: {}", name, std::strerror(failure))};
  }
  output_end.reset();
  const FileDescriptor process(::pidfd_open(pid, 0));
  ExternalResult result;
  const Wait end =
      !process ? Wait::kStopped
               : wait_for_end(process.get(), pipe, Clock::now() + patience, stop, result.output);
  if (end != Wait::kEnded) kill_group(pid, process);
  const std::optional<int> status = status_of(pid);
  if (!process) return Error{fmt::format("{}: cannot be watched: this kernel is too old", name)};
  if (end == Wait::kTooLong) {
    return Error{fmt::format("{}: did not end within {} s and {}", name,
                             std::chrono::duration<double>(patience).count(),
                             status ? "was killed" : "cannot be killed")};
  }
  if (end == Wait::kStopped) return Error{fmt::format("{}: killed, for the agent stops", name)};
  if (!status) return Error{fmt::format("{}: ended, but another process traces it", name)};
  result.exit_code = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return result;
}

}  // namespace pointsman
