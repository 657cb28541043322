// Tells a thread that blocks to come back: it waits on the flag beside whatever it waits for. Set
// once, by any thread.
#pragma once

#include <chrono>

#include "base/file_descriptor.h"

namespace pointsman {

class StopFlag {
 public:
  StopFlag();

  void set();
  bool is_set() const;
  int fd() const { return event_.get(); }  // readable once it is set
  // Until then, or until the time has passed.
  void wait_for(std::chrono::milliseconds time) const;

 private:
  FileDescriptor event_;
};

// What is left until then, for poll(); at least 0.
int milliseconds_until(std::chrono::steady_clock::time_point deadline);

}  // namespace pointsman
