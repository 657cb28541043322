#include "cli/reloader.h"

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using namespace pointsman;

TEST_CASE("a changed file is reloaded, once for changes that come close together") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("a", "1");
  net::EventLoop loop;
  int reloads = 0;
  cli::Reloader reloader(loop, path, [&](const config::IsUnfinished& is_unfinished) {
    CHECK_FALSE(is_unfinished(path));
    ++reloads;
    loop.stop();
  });
  folder.write("a", "2");
  folder.write("a", "3");
  net::Timer deadline(loop, [&] { loop.stop(); });
  deadline.start(std::chrono::seconds(30));
  loop.run();
  CHECK(reloads == 1);
  reloader.reload_now();
  CHECK(reloads == 2);
}

TEST_CASE("what happened until a reload is read by it") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("a", "1");
  net::EventLoop loop;
  std::string read;
  cli::Reloader reloader(loop, path,
                         [&](const config::IsUnfinished&) { read += folder.read("a"); });
  folder.write("a", "2");
  reloader.reload_now();
  net::Timer later(loop, [&] { loop.stop(); });
  later.start(std::chrono::milliseconds(1));
  loop.run();
  CHECK(read == "2");
}
