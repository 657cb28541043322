#include "cli/reloader.h"

#include "base/limits.h"
#include "base/log.h"
#include "cli/console.h"

namespace pointsman::cli {

Reloader::Reloader(net::EventLoop& loop, const std::vector<std::string>& paths, Reload reload)
    : reload_(std::move(reload)),
      coalesce_(loop, [this] { reload_now(); }),
      unfinished_(loop, [this] { look(); }) {
  auto watch = config::Watch::start(paths);
  if (!watch) {
    spdlog::warn("{}; reload by SIGHUP", printable(watch.error().message));
    return;
  }
  watch_ = std::move(*watch);
  readable_.emplace(loop, watch_->fd(), net::Readiness{true, false},
                    [this](net::Readiness) { look(); });
}

void Reloader::reload_now(const Reload& reload) {
  if (watch_ == nullptr) return reload(nullptr);
  watch_->take_changes();  // what happened until now is read now
  reload([this](const std::string& path) { return watch_->is_unfinished(path); });
  look();
}

void Reloader::look() {
  // Not started anew by each change: a file written without a pause is still reloaded.
  if (watch_->take_changes() && !coalesce_.running()) coalesce_.start(limits::kWatchCoalesce);
  if (watch_->waits_for_files() && !unfinished_.running()) {
    unfinished_.start(limits::kUnfinishedFileWait);
  }
}

}  // namespace pointsman::cli
