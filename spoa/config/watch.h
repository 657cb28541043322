// Watches a file or folder with inotify, so that atomic renames, edits in place, new and deleted
// files and Kubernetes-style symlinked folders all count as a change. The caller polls fd() and
// calls take_changes(); coalescing is the caller's (limits::kWatchCoalesce).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace pointsman::config {

class Watch {
 public:
  static Result<std::unique_ptr<Watch>> start(std::vector<std::string> paths);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int fd() const;
  // Reads all events; true when something watched may have changed. A path that is missing now is
  // watched through its nearest existing parent.
  bool take_changes();

 private:
  Watch();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pointsman::config
