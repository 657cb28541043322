#include "base/stop_flag.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>

namespace pointsman {

StopFlag::StopFlag() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopFlag::set() { ::eventfd_write(event_.get(), 1); }

bool StopFlag::is_set() const {
  pollfd polled{event_.get(), POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0;
}

void StopFlag::wait_for(std::chrono::milliseconds time) const {
  const auto deadline = std::chrono::steady_clock::now() + time;
  pollfd polled{event_.get(), POLLIN, 0};
  while (::poll(&polled, 1, milliseconds_until(deadline)) < 0) {
  }
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 3600000));
}

}  // namespace pointsman
