// Work that is wanted again and again, perhaps much more often than it can be done: each time is
// followed by a rest that is three times as long as the work was, so that it takes a quarter of a
// core at most and its thread has time for others. What is wanted meanwhile is done once, after it.
#pragma once

#include <chrono>
#include <functional>

#include "net/event_loop.h"

namespace pointsman::cli {

std::chrono::milliseconds rest_after(std::chrono::steady_clock::duration work);

class PacedTask {
 public:
  PacedTask(net::EventLoop& loop, std::function<void()> work);

  void want();  // at once, or after the rest

 private:
  void work();

  const std::function<void()> work_;
  bool wanted_ = false;  // since the last time
  net::Timer rest_;
};

}  // namespace pointsman::cli
