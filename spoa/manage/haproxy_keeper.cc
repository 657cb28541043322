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
  stop();
  thread_.join();
}

void HaproxyKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.set();
  news_.notify_all();
}

void HaproxyKeeper::update(std::shared_ptr<const routing::RouteTable> table,
                           std::set<std::string> bare) {
  Wanted wanted{std::move(table), std::move(bare)};
  {
    const std::lock_guard lock(mutex_);
    std::swap(wanted_, wanted);
    is_new_ = true;
  }
  news_.notify_all();
}

Facts HaproxyKeeper::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

// With a time to retry, the same table may come again.
HaproxyKeeper::Wanted HaproxyKeeper::next(std::chrono::milliseconds retry) {
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
  return stopping_ ? Wanted{} : wanted_;
}

void HaproxyKeeper::run() {
  std::chrono::milliseconds retry{0};
  for (Wanted wanted = next(retry); wanted.table != nullptr; wanted = next(retry)) {
    const bool done = deployment_.bring_to(*wanted.table, wanted.bare);
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
