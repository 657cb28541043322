// Watches a file or folder with inotify, so that atomic renames, edits in place, new and deleted
// files and Kubernetes-style symlinked folders all count as a change. The caller polls fd() and
// calls take_changes(); coalescing is the caller's (limits::kWatchCoalesce).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace pointsman::config {

class Watch {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  static Result<std::unique_ptr<Watch>> start(const std::vector<std::string>& paths,
                                              Now now = std::chrono::steady_clock::now);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int fd() const;
  // Reads all events; true when something watched may have changed since the last call. A path that
  // is missing now is watched through its nearest existing parent.
  bool take_changes();

  // Whether a file is being written right now: made or modified, not closed since. Reads all events
  // for that; the changes among them are kept for take_changes(). A file that stays open longer
  // than limits::kUnfinishedFileWait is no longer unfinished, which is a change.
  bool is_unfinished(const std::string& path);
  // While true, call take_changes() again after limits::kUnfinishedFileWait, even without events.
  bool waits_for_files() const;

 private:
  Watch();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pointsman::config
