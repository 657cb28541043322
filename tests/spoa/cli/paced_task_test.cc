#include "cli/paced_task.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace std::chrono_literals;

TEST_CASE("a rest is three times as long as the work, within limits") {
  CHECK(cli::rest_after(0ms) == limits::kRegistryCoalesce);
  CHECK(cli::rest_after(20ms) == 60ms);
  CHECK(cli::rest_after(1h) == limits::kRegistryRest);
}

TEST_CASE("what is wanted is done at once, and what is wanted meanwhile once after a rest") {
  net::EventLoop loop;
  int done = 0;
  cli::PacedTask task(loop, [&] {
    if (++done == 2) loop.stop();
  });
  task.want();
  CHECK(done == 1);
  for (int i = 0; i < 100; ++i) task.want();
  CHECK(done == 1);
  loop.run();
  CHECK(done == 2);
}

TEST_CASE("nothing is done that nobody wants") {
  net::EventLoop loop;
  int done = 0;
  cli::PacedTask task(loop, [&] { ++done; });
  task.want();
  net::Timer end(loop, [&] { loop.stop(); });
  end.start(3 * limits::kRegistryCoalesce);
  loop.run();
  CHECK(done == 1);
}
