#include "cli/paced_task.h"

#include <algorithm>

#include "base/limits.h"

namespace pointsman::cli {

using std::chrono::steady_clock;

std::chrono::milliseconds rest_after(steady_clock::duration work) {
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(3 * work),
                    limits::kRegistryCoalesce, limits::kRegistryRest);
}

PacedTask::PacedTask(net::EventLoop& loop, std::function<void()> work)
    : work_(std::move(work)), rest_(loop, [this] {
        if (wanted_) this->work();
      }) {}

void PacedTask::want() {
  wanted_ = true;
  if (!rest_.running()) work();
}

void PacedTask::work() {
  wanted_ = false;
  const auto start = steady_clock::now();
  work_();
  rest_.start(rest_after(steady_clock::now() - start));
}

}  // namespace pointsman::cli
