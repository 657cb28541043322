#include "base/external_program.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Result<ExternalResult> shell(const std::string& script, std::chrono::milliseconds patience = 60s) {
  return run_external({"sh", "-c", script}, patience);
}

}  // namespace

TEST_CASE("what a program writes to both streams comes back in order, with its exit code") {
  const auto result = shell("echo one; echo two >&2; echo three; exit 3");
  REQUIRE(result);
  CHECK(result->output == "one\ntwo\nthree\n");
  CHECK(result->exit_code == 3);
}

TEST_CASE("arguments reach a program as they are") {
  const auto result = run_external({"printf", "%s|", "a b", "$HOME", "'"}, 60s);
  REQUIRE(result);
  CHECK(result->output == "a b|$HOME|'|");
}

TEST_CASE("a program has no input") {
  const auto result = shell("cat; echo end");
  REQUIRE(result);
  CHECK(result->output == "end\n");
}

TEST_CASE("one that a signal ends has the exit code that shells give it") {
  const auto result = shell("kill -TERM $$");
  REQUIRE(result);
  CHECK(result->exit_code == 128 + 15);
}

TEST_CASE("a program that is not there is an error") {
  const auto result = run_external({"/no/such/program"}, 60s);
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, Contains("/no/such/program: cannot be run: No such file"));
}

TEST_CASE("one that does not end in time is killed, with what it started") {
  const auto result = shell("sleep 600 & sleep 600", 50ms);
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, Contains("did not end in 50 ms"));
}

TEST_CASE("more output than the limit is read and dropped") {
  for (const std::size_t more : {0, 1}) {
    const std::size_t size = limits::kExternalOutputBytes + more;
    const auto result = shell("head -c " + std::to_string(size) + " /dev/zero; exit 4");
    REQUIRE(result);
    CHECK(result->exit_code == 4);
    CHECK(result->output.size() == limits::kExternalOutputBytes);
  }
}
