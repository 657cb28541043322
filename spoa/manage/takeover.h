// One reload of HAProxy, from asking for it to the worker that has taken over. The steps without
// the means: who asks the master, who runs a command and who waits is given.
//
//   before:  the workers that run now; nobody there: HAProxy does not run
//   reload:  by the master, which may answer with the outcome (3.x), or by a command
//   after:   until a worker shows that was not there; a master that keeps silent (2.6) failed
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/external_program.h"
#include "base/result.h"
#include "manage/master.h"

namespace pointsman::manage {

struct Reload {
  enum class Kind : unsigned char {
    kTaken,
    kNotRunning,  // nobody was there to ask
    kBarred,      // HAProxy can't be asked, though it may be running
    kRefused,     // HAProxy could not start with the configuration; the old worker goes on
    kSilent,      // likewise, but its master needs another reload to come back to itself
    kUnclear,     // the command failed, or no new worker came in time
  };
  Kind kind = Kind::kUnclear;
  std::string detail;  // what was said; of kTaken the workers, "1234 -> 1240"
};

struct ReloadMeans {
  // Null: there is no socket.
  std::function<MasterAnswer(std::string_view command, std::chrono::milliseconds time)> ask;
  std::function<Result<ExternalResult>()> run_command;  // null: the master reloads
  // A little; false: it has been long enough since the first one.
  std::function<bool()> pause;
};

// Whether a reload can be asked for (kTaken), and why not.
Reload find_haproxy(const ReloadMeans& means);

Reload reload_haproxy(const ReloadMeans& means);

}  // namespace pointsman::manage
