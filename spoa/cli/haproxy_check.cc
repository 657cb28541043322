#include "cli/haproxy_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/external_program.h"
#include "base/limits.h"
#include "render/haproxy_messages.h"

namespace pointsman::cli {
namespace {

namespace fs = std::filesystem;

// Removes itself.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code ignored;
    path_ = (fs::temp_directory_path(ignored) / "pointsman-check-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

Outcome check_by_haproxy(const HaproxyCheck& check, const WriteInto& write,
                         const routing::RouteTable& table, Diagnostics& diagnostics) {
  const ScratchFolder folder;
  if (folder.path().empty()) {
    return Error{fmt::format("no folder to check in: {}", std::strerror(errno))};
  }
  const auto files = write(folder.path());
  if (!files) return files.error();

  const std::string path = folder.path() + "/" + files->front().name;
  std::vector<std::string> arguments{check.program, "-c"};
  for (const std::string& own : check.own_files) arguments.insert(arguments.end(), {"-f", own});
  arguments.insert(arguments.end(), {"-f", path});
  const auto result = run_external(arguments, limits::kExternalTime);
  if (!result) return result.error();
  const std::size_t errors = diagnostics.count(Severity::kError);
  render::read_haproxy_messages(result->output, {path, files->front().name},
                                render::LineOwners(files->front().text, table), diagnostics);
  if (result->exit_code != 0 && diagnostics.count(Severity::kError) == errors) {
    return Error{
        fmt::format("{} -c: exit code {}\n{}", check.program, result->exit_code, result->output)};
  }
  return Done{};
}

}  // namespace pointsman::cli
