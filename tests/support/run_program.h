// Runs the program under test as a child process: arguments in; standard output, standard error and
// exit code out. Every wait has a deadline, after which the child is killed and the test fails.
// What a running child writes is collected while waiting; lines can be waited for.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace pointsman::test {

struct ProgramResult {
  int exit_code = -1;  // -1: ended by `signal`
  int signal = 0;
  std::string out;
  std::string err;
};

struct ProgramInput {
  std::string stdin_text;  // at most what a pipe holds, 64 KiB
  std::map<std::string, std::string> environment;
  std::string folder;  // to run in; empty: this one
};

class RunningProgram {
 public:
  explicit RunningProgram(std::vector<std::string> arguments, const ProgramInput& input = {}) {
    std::array<int, 2> in{}, out{}, err{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0 ||
        ::pipe2(err.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe2 failed");
    }
    pid_ = ::fork();
    if (pid_ == 0) become(arguments, input, in[0], out[1], err[1]);
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    const ssize_t written = ::write(in[1], input.stdin_text.data(), input.stdin_text.size());
    ::close(in[1]);
    if (written != static_cast<ssize_t>(input.stdin_text.size())) {
      throw std::runtime_error("standard input is too long for a pipe");
    }
    streams_ = {Stream{out[0], {}}, Stream{err[0], {}}};
  }
  ~RunningProgram() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    for (const Stream& stream : streams_) ::close(stream.fd);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) { ::kill(pid_, signal); }
  const std::string& err() const { return streams_[1].text; }

  // True when `text` stands in the standard error, at or after `from`, before the deadline.
  bool wait_for_err(const std::string& text, std::size_t from = 0) {
    const auto deadline = Clock::now() + kPatience;
    while (streams_[1].text.find(text, from) == std::string::npos) {
      if (!read_some(deadline)) return false;
    }
    return true;
  }

  ProgramResult finish() {
    const auto deadline = Clock::now() + kPatience;
    while (read_some(deadline)) {
    }
    if (Clock::now() >= deadline) {
      throw std::runtime_error("the program did not end; its log:\n" + err());
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);  // both streams are closed, so it ends by itself
    pid_ = -1;
    ProgramResult result{-1, 0, streams_[0].text, streams_[1].text};
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kPatience{30};

  struct Stream {
    int fd = -1;
    std::string text;
    bool ended = false;
  };

  [[noreturn]] static void become(std::vector<std::string>& arguments, const ProgramInput& input,
                                  int in, int out, int err) {
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    for (const auto& [name, value] : input.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (!input.folder.empty() && ::chdir(input.folder.c_str()) != 0) ::_exit(126);
    std::string program = POINTSMAN_PROGRAM;
    std::vector<char*> argv = {program.data()};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }

  // False when both streams have ended or the deadline has passed.
  bool read_some(Clock::time_point deadline) {
    std::array<pollfd, 2> polled{};
    for (std::size_t i = 0; i < 2; ++i) {
      polled[i] = {streams_[i].ended ? -1 : streams_[i].fd, POLLIN, 0};
    }
    if (streams_[0].ended && streams_[1].ended) return false;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || ::poll(polled.data(), 2, static_cast<int>(left)) <= 0) return false;
    for (std::size_t i = 0; i < 2; ++i) {
      if (polled[i].revents == 0) continue;
      std::array<char, 4096> block{};
      const ssize_t length = ::read(streams_[i].fd, block.data(), block.size());
      if (length <= 0) {
        streams_[i].ended = true;
      } else {
        streams_[i].text.append(block.data(), static_cast<std::size_t>(length));
      }
    }
    return true;
  }

  pid_t pid_ = -1;
  std::array<Stream, 2> streams_;
};

inline ProgramResult run_program(std::vector<std::string> arguments,
                                 const ProgramInput& input = {}) {
  return RunningProgram(std::move(arguments), input).finish();
}

}  // namespace pointsman::test
