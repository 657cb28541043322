#include "manage/haproxy_keeper.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace pointsman::manage {

HaproxyKeeper::HaproxyKeeper(DeploymentOptions deployment, MachineOptions machine)
    : machine_(std::move(machine), stop_),
      deployment_(std::move(deployment), machine_),
      thread_([this] { run(); }) {}

HaproxyKeeper::~HaproxyKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.set();
  news_.notify_all();
  thread_.join();
}

void HaproxyKeeper::update(std::shared_ptr<const routing::RouteTable> table) {
  {
    const std::lock_guard lock(mutex_);
    table_.swap(table);
    is_new_ = true;
  }
  news_.notify_all();
}

Facts HaproxyKeeper::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

// Null: the end. With a time to retry, the same table may come again.
std::shared_ptr<const routing::RouteTable> HaproxyKeeper::next_table(
    std::chrono::milliseconds retry) {
  const auto has_news = [this] { return is_new_ || stopping_; };
  std::unique_lock lock(mutex_);
  if (retry.count() > 0) {
    news_.wait_for(lock, retry, has_news);
  } else {
    news_.wait(lock, has_news);
  }
  if (is_new_ && !stopping_) {
    lock.unlock();
    stop_.wait_for(limits::kManagedCoalesce);
    lock.lock();
  }
  is_new_ = false;
  return stopping_ ? nullptr : table_;
}

void HaproxyKeeper::run() {
  std::chrono::milliseconds retry{0};
  while (const auto table = next_table(retry)) {
    const bool done = deployment_.bring_to(*table);
    if (done) {
      retry = std::chrono::milliseconds(0);
    } else if (retry.count() == 0) {
      retry = limits::kManagedRetry;
    } else {
      retry = std::min<std::chrono::milliseconds>(2 * retry, limits::kManagedRetryMax);
    }
    const std::lock_guard lock(mutex_);
    facts_ = deployment_.facts();
  }
}

}  // namespace pointsman::manage
