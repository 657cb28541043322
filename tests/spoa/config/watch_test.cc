#include "config/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using config::Watch;
namespace fs = std::filesystem;

namespace {

constexpr int kDeadlineMilliseconds = 10000;

std::unique_ptr<Watch> watching(const std::string& path) {
  auto watch = Watch::start({path});
  REQUIRE(watch);
  return std::move(*watch);
}

// Waits for a change until the deadline.
bool sees_change(Watch& watch) {
  for (int i = 0; i < 100; ++i) {
    // First what is_unfinished() has read already: nothing more need come.
    if (watch.take_changes()) return true;
    pollfd poll{watch.fd(), POLLIN, 0};
    if (::poll(&poll, 1, kDeadlineMilliseconds) != 1) return false;
  }
  return false;
}

// inotify queues its events before the change's system call returns, so nothing can come later.
bool sees_nothing(Watch& watch) { return !watch.take_changes(); }

void write_in_place(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CREAT, 0644);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(fd);
}

}  // namespace

TEST_CASE("a new, a rewritten, a replaced and a deleted file of a folder are changes") {
  const test::TemporaryFolder folder;
  const auto watch = watching(folder.path());
  CHECK(sees_nothing(*watch));
  write_in_place(folder.path("a.yaml"), "1");
  CHECK(sees_change(*watch));
  write_in_place(folder.path("a.yaml"), "2");
  CHECK(sees_change(*watch));
  folder.write("a.yaml", "3");
  CHECK(sees_change(*watch));
  fs::remove(folder.path("a.yaml"));
  CHECK(sees_change(*watch));
  CHECK(sees_nothing(*watch));
}

TEST_CASE("a file that is being written counts when it is closed") {
  const test::TemporaryFolder folder;
  folder.write("a.yaml", "1");
  const auto watch = watching(folder.path());
  const int fd = ::open(folder.path("a.yaml").c_str(), O_WRONLY | O_TRUNC);
  REQUIRE(::write(fd, "half", 4) == 4);
  CHECK(sees_nothing(*watch));
  ::close(fd);
  CHECK(sees_change(*watch));
}

TEST_CASE("a new file is unfinished until it is closed") {
  const test::TemporaryFolder folder;
  const auto watch = watching(folder.path());
  const std::string path = folder.path("a.yaml");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  CHECK(sees_nothing(*watch));
  CHECK(watch->is_unfinished(path));
  REQUIRE(::write(fd, "half", 4) == 4);
  REQUIRE(::fchmod(fd, 0600) == 0);
  CHECK(sees_nothing(*watch));
  CHECK(watch->waits_for_files());
  ::close(fd);
  CHECK_FALSE(watch->is_unfinished(path));
  CHECK_FALSE(watch->waits_for_files());
  CHECK(sees_change(*watch));  // though is_unfinished() read the event
}

TEST_CASE("a truncated file is unfinished, also seen through a link, and its neighbours are not") {
  const test::TemporaryFolder folder;
  folder.write("data/a.yaml", "1");
  folder.write("data/b.yaml", "1");
  fs::create_directory(folder.path("gateways"));
  fs::create_symlink("../data/a.yaml", folder.path("gateways/link.yaml"));
  const auto watch = watching(folder.path("gateways"));
  const int fd = ::open(folder.path("data/a.yaml").c_str(), O_WRONLY | O_TRUNC);
  CHECK(watch->is_unfinished(folder.path("gateways/link.yaml")));
  CHECK_FALSE(watch->is_unfinished(folder.path("data/b.yaml")));
  CHECK_FALSE(watch->is_unfinished(folder.path("none")));
  ::close(fd);
  CHECK_FALSE(watch->is_unfinished(folder.path("gateways/link.yaml")));
}

TEST_CASE("a file that stays open for writing counts as it is after the limit") {
  const test::TemporaryFolder folder;
  auto now = std::chrono::steady_clock::now();
  auto started = Watch::start({folder.path()}, [&] { return now; });
  REQUIRE(started);
  Watch& watch = **started;
  const std::string path = folder.path("a.yaml");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  CHECK(watch.is_unfinished(path));
  now += limits::kUnfinishedFileWait - std::chrono::milliseconds(1);
  CHECK(watch.is_unfinished(path));
  CHECK(sees_nothing(watch));
  now += std::chrono::milliseconds(1);
  CHECK(watch.take_changes());
  CHECK_FALSE(watch.is_unfinished(path));
  ::close(fd);
  CHECK(sees_change(watch));
}

TEST_CASE("an unfinished file that is deleted or replaced is unfinished no more") {
  const test::TemporaryFolder folder;
  const auto watch = watching(folder.path());
  const std::string path = folder.path("a.yaml");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  CHECK(watch->is_unfinished(path));
  const bool replaced = GENERATE(false, true);
  if (replaced) {
    folder.write("a.yaml", "whole");
  } else {
    fs::remove(path);
  }
  CHECK_FALSE(watch->is_unfinished(path));
  CHECK(sees_change(*watch));
  ::close(fd);
}

TEST_CASE("a hard link is a change at once") {
  const test::TemporaryFolder folder;
  folder.write("whole", "1");
  fs::create_directory(folder.path("gateways"));
  const auto watch = watching(folder.path("gateways"));
  fs::create_hard_link(folder.path("whole"), folder.path("gateways/a.yaml"));
  CHECK(sees_change(*watch));
  CHECK_FALSE(watch->waits_for_files());
}

TEST_CASE("of a single watched file, its neighbours don't matter") {
  const test::TemporaryFolder folder;
  folder.write("a.yaml", "1");
  const auto watch = watching(folder.path("a.yaml"));
  write_in_place(folder.path("b.yaml"), "1");
  CHECK(sees_nothing(*watch));
  folder.write("a.yaml", "2");
  CHECK(sees_change(*watch));
  write_in_place(folder.path("a.yaml"), "3");
  CHECK(sees_change(*watch));
  fs::remove(folder.path("a.yaml"));
  CHECK(sees_change(*watch));
  write_in_place(folder.path("a.yaml"), "4");
  CHECK(sees_change(*watch));
}

TEST_CASE("a path that is missing is found when it comes, at any depth") {
  const test::TemporaryFolder folder;
  const auto watch = watching(folder.path("etc/gateways"));
  fs::create_directory(folder.path("other"));
  CHECK(sees_nothing(*watch));
  fs::create_directory(folder.path("etc"));
  CHECK(sees_change(*watch));
  fs::create_directory(folder.path("etc/gateways"));
  CHECK(sees_change(*watch));
  write_in_place(folder.path("etc/gateways/a.yaml"), "1");
  CHECK(sees_change(*watch));
}

TEST_CASE("a folder that is deleted and made again is watched again") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path("etc/gateways"));
  const auto watch = watching(folder.path("etc/gateways"));
  fs::remove_all(folder.path("etc"));
  CHECK(sees_change(*watch));
  fs::create_directories(folder.path("etc/gateways"));
  CHECK(sees_change(*watch));
  while (watch->take_changes()) {
  }
  write_in_place(folder.path("etc/gateways/a.yaml"), "1");
  CHECK(sees_change(*watch));
}

TEST_CASE("a folder that is renamed over is watched in its new form") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path("gateways"));
  fs::create_directories(folder.path("next"));
  const auto watch = watching(folder.path("gateways"));
  fs::rename(folder.path("next"), folder.path("gateways"));
  CHECK(sees_change(*watch));
  write_in_place(folder.path("gateways/a.yaml"), "1");
  CHECK(sees_change(*watch));
}

TEST_CASE("files below a swapped symbolic link change with the link, as Kubernetes mounts them") {
  const test::TemporaryFolder folder;
  folder.write("mount/..1/a.yaml", "1");
  folder.write("mount/..2/a.yaml", "2");
  fs::create_symlink("..1", folder.path("mount/..data"));
  fs::create_symlink("..data/a.yaml", folder.path("mount/a.yaml"));
  const std::string watched = GENERATE("mount", "mount/a.yaml");
  const auto watch = watching(folder.path(watched));
  fs::create_symlink("..2", folder.path("mount/..data_tmp"));
  while (watch->take_changes()) {
  }
  fs::rename(folder.path("mount/..data_tmp"), folder.path("mount/..data"));
  CHECK(sees_change(*watch));
  write_in_place(folder.path("mount/..2/a.yaml"), "3");
  CHECK(sees_change(*watch));
}

TEST_CASE("a watched link to a folder elsewhere follows that folder, and the link's new target") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path("one"));
  fs::create_directories(folder.path("two"));
  fs::create_symlink(folder.path("one"), folder.path("current"));
  const auto watch = watching(folder.path("current"));
  write_in_place(folder.path("one/a.yaml"), "1");
  CHECK(sees_change(*watch));
  fs::create_symlink("two", folder.path("swap"));
  CHECK(sees_nothing(*watch));
  fs::rename(folder.path("swap"), folder.path("current"));
  CHECK(sees_change(*watch));
  write_in_place(folder.path("one/a.yaml"), "2");
  CHECK(sees_nothing(*watch));
  write_in_place(folder.path("two/a.yaml"), "3");
  CHECK(sees_change(*watch));
}

TEST_CASE("links that go in a circle end") {
  const test::TemporaryFolder folder;
  fs::create_symlink("b", folder.path("a"));
  fs::create_symlink("a", folder.path("b"));
  const auto watch = watching(folder.path("a"));
  fs::remove(folder.path("b"));
  CHECK(sees_change(*watch));
}

TEST_CASE("as many folders as the limit are watched, one more is an error") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path("links"));
  // The root and each folder down to the links are watched as well.
  const fs::path links = fs::canonical(folder.path("links"));
  const auto on_the_way = static_cast<std::size_t>(std::distance(links.begin(), links.end()));
  const auto add_link = [&](std::size_t number) {
    const std::string name = std::to_string(number);
    fs::create_directory(folder.path(name));
    fs::create_symlink("../" + name, links / name);
  };
  for (std::size_t i = on_the_way; i < limits::kWatchedFolders; ++i) add_link(i);
  CHECK(Watch::start({folder.path("links")}));
  add_link(limits::kWatchedFolders);
  const auto beyond = Watch::start({folder.path("links")});
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().message == "more than 1024 folders to watch");
}

TEST_CASE("as many unfinished files as the limit wait, one more counts as it is") {
  const test::TemporaryFolder folder;
  // The clock stands still: making so many files may take longer than one of them is waited for.
  const auto started = Watch::start({folder.path()}, [] { return Watch::Now::result_type{}; });
  REQUIRE(started);
  const auto& watch = *started;
  // Made without being opened, so nothing closes them.
  const auto make = [&](std::size_t number) {
    const std::string path = folder.path(std::to_string(number) + ".yaml");
    REQUIRE(::mknod(path.c_str(), S_IFREG | 0644, 0) == 0);
    return watch->is_unfinished(path);
  };
  std::size_t waiting = 0;
  for (std::size_t i = 1; i <= limits::kUnfinishedFiles; ++i) waiting += make(i) ? 1 : 0;
  CHECK(waiting == limits::kUnfinishedFiles);
  CHECK(sees_nothing(*watch));
  CHECK_FALSE(make(limits::kUnfinishedFiles + 1));
  CHECK(sees_change(*watch));
}
