// Reloads a source some time after a path of it changed, once for changes that come close together
// (limits::kWatchCoalesce). Where nothing can be watched the log says so, and SIGHUP reloads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/watch.h"
#include "config/yaml_folder.h"
#include "net/event_loop.h"

namespace pointsman::cli {

class Reloader {
 public:
  using Reload = std::function<void(const config::IsUnfinished&)>;

  Reloader(net::EventLoop& loop, const std::vector<std::string>& paths, Reload reload);
  Reloader(net::EventLoop& loop, const std::string& path, Reload reload)
      : Reloader(loop, std::vector{path}, std::move(reload)) {}

  void reload_now() { reload_now(reload_); }
  void reload_now(const Reload& reload);

 private:
  void look();

  const Reload reload_;
  net::Timer coalesce_;
  net::Timer unfinished_;
  std::unique_ptr<config::Watch> watch_;
  std::optional<net::FdWatch> readable_;
};

}  // namespace pointsman::cli
