// Managed mode as the agent has it: takes each table that is published, and on a thread of its own
// has HAProxy follow. Tables that come while one is on its way are one change: the newest counts.
// What went wrong is tried again, at longer and longer intervals. update() and facts() are for any
// thread and never wait for HAProxy.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "manage/deployment.h"
#include "manage/machine.h"

namespace pointsman::manage {

class HaproxyKeeper {
 public:
  HaproxyKeeper(DeploymentOptions deployment, MachineOptions machine);
  ~HaproxyKeeper();  // stops it, and waits for the thread
  HaproxyKeeper(const HaproxyKeeper&) = delete;
  HaproxyKeeper& operator=(const HaproxyKeeper&) = delete;

  // `bare`: as of Deployment::bring_to.
  void update(std::shared_ptr<const routing::RouteTable> table, std::set<std::string> bare = {});
  // What is on its way is cut short; the next process makes up for it. Waits for nothing.
  void stop();
  Facts facts() const;

 private:
  struct Wanted {
    std::shared_ptr<const routing::RouteTable> table;  // null: none yet, or the end
    std::set<std::string> bare;
  };

  void run();
  Wanted next(std::chrono::milliseconds retry);

  StopFlag stop_;
  Machine machine_;
  Deployment deployment_;  // the thread's own
  mutable std::mutex mutex_;
  std::condition_variable news_;
  Wanted wanted_;  // the newest
  bool is_new_ = false;
  bool stopping_ = false;
  Facts facts_;
  std::thread thread_;
};

}  // namespace pointsman::manage
