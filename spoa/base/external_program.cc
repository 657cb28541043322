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

}  // namespace

Result<ExternalResult> run_external(const std::vector<std::string>& arguments,
                                    std::chrono::milliseconds patience, const StopFlag* stop) {
  const std::string& name = arguments.front();
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
  // It is not waited for yet, so the number still is its group's.
  if (end != Wait::kEnded) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!process) return Error{fmt::format("{}: cannot be watched: this kernel is too old", name)};
  if (end == Wait::kTooLong) {
    return Error{fmt::format("{}: did not end within {} s and was killed", name,
                             std::chrono::duration<double>(patience).count())};
  }
  if (end == Wait::kStopped) return Error{fmt::format("{}: killed, for the agent stops", name)};
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace pointsman
