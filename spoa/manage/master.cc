#include "manage/master.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/file_descriptor.h"
#include "base/limits.h"

namespace pointsman::manage {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = MasterAnswer::Kind;

MasterAnswer failure(Kind kind, const std::string& path, const char* reason) {
  return {kind, fmt::format("{}: {}", path, reason)};
}

MasterAnswer connect_failure(const std::string& path, int number) {
  if (number == ENOENT || number == ECONNREFUSED) {
    return failure(Kind::kUnreachable, path, std::strerror(number));
  }
  MasterAnswer answer = failure(Kind::kBarred, path, std::strerror(number));
  if (number == EACCES || number == EPERM) {
    answer.text += fmt::format(
        " (HAProxy's master runs there, and the agent's user may not talk to it: start HAProxy "
        "with -S {},mode,660,group,GROUP where GROUP is one of the agent's)",
        path);
  }
  return answer;
}

// False: the time is over, or we are to stop.
bool wait_for(int fd, short events, Clock::time_point deadline, const StopFlag& stop) {
  while (true) {
    std::array<pollfd, 2> polled{{{fd, events, 0}, {stop.fd(), POLLIN, 0}}};
    const int ready = ::poll(polled.data(), polled.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && polled[1].revents == 0;
  }
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<long> leading_number(std::string_view line) {
  long number = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, failure] = std::from_chars(line.data(), end, number);
  const bool whole = failure == std::errc() && stop != end && (*stop == ' ' || *stop == '\t');
  return whole && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

MasterAnswer ask_master(const std::string& path, std::string_view command,
                        std::chrono::milliseconds time, const StopFlag& stop) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return failure(Kind::kBarred, path, "too long for the path of a socket");
  }
  path.copy(address.sun_path, path.size());
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return connect_failure(path, errno);
  }
  const std::string line = fmt::format("{}\n", command);
  if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size())) {
    return failure(Kind::kSilent, path, std::strerror(errno));
  }
  ::shutdown(socket.get(), SHUT_WR);  // no more commands: the end of the answer ends it
  const auto deadline = Clock::now() + time;
  MasterAnswer answer{Kind::kAnswered, {}};
  while (wait_for(socket.get(), POLLIN, deadline, stop)) {
    std::array<char, 4096> block{};
    const ssize_t length = ::recv(socket.get(), block.data(), block.size(), 0);
    if (length == 0) return answer;
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (length < 0) return failure(Kind::kSilent, path, std::strerror(errno));
    const std::size_t room = limits::kMasterAnswerBytes - answer.text.size();
    answer.text.append(block.data(), std::min(static_cast<std::size_t>(length), room));
  }
  return failure(Kind::kSilent, path, stop.is_set() ? "the agent stops" : "no answer in time");
}

std::optional<Workers> parse_workers(std::string_view answer) {
  if (answer.find("#<PID>") == std::string_view::npos) return std::nullopt;
  Workers workers;
  std::vector<long>* section = nullptr;
  while (!answer.empty()) {
    const std::string_view line = next_line(answer);
    if (line.starts_with('#')) {
      section = line == "# workers"       ? &workers.current
                : line == "# old workers" ? &workers.old
                                          : nullptr;
    } else if (const auto pid = leading_number(line); pid && section != nullptr) {
      section->push_back(*pid);
    }
  }
  return workers;
}

std::optional<bool> parse_success(std::string_view answer) {
  if (answer.starts_with("Success=1")) return true;
  if (answer.starts_with("Success=0")) return false;
  return std::nullopt;
}

}  // namespace pointsman::manage
