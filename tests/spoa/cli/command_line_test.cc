#include <catch2/catch.hpp>

#include "support/run_program.h"

using Catch::Contains;
using pointsman::test::ProgramResult;
using pointsman::test::run_program;

TEST_CASE("without a command the help goes to standard error and the exit code is 2") {
  const ProgramResult result = run_program({});
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("check") && Contains("explain") && Contains("token"));
}

TEST_CASE("help goes to standard output and the exit code is 0") {
  for (const char* command :
       {"agent", "check", "explain", "render", "token", "keygen", "version"}) {
    const ProgramResult result = run_program({command, "--help"});
    INFO(command);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK_THAT(result.out, Contains("--help"));
  }
}

TEST_CASE("an unknown command is a usage error with the nearest one") {
  const ProgramResult result = run_program({"chekc"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("unknown command 'chekc'; did you mean 'check'?"));
  CHECK_THAT(run_program({"token", "mnt"}).err, Contains("did you mean 'mint'?"));
  CHECK_THAT(run_program({"bananas"}).err,
             Contains("unknown command 'bananas'") && !Contains("did you mean"));
}

TEST_CASE("an unknown option is a usage error with the nearest one") {
  const ProgramResult result = run_program({"check", "--strct", "file.yaml"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("unknown option '--strct'; did you mean '--strict'?"));
  CHECK_THAT(result.err, Contains("pointsman check --help"));
  CHECK_THAT(run_program({"explain", "--gatway=shop"}).err, Contains("did you mean '--gateway'?"));
}

TEST_CASE("an unknown option is named rather than a required one that is missing") {
  const ProgramResult result = run_program({"token", "mint", "--gatewy", "shop", "--route", "v1"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("unknown option '--gatewy'; did you mean '--gateway'?"));
}

TEST_CASE("a word too many is a usage error") {
  const ProgramResult result = run_program({"version", "now"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("unknown argument 'now'"));
}

TEST_CASE("an option without its value or with a wrong one is a usage error") {
  CHECK(run_program({"check", "-c"}).exit_code == 2);
  CHECK(run_program({"version", "-o", "xml"}).exit_code == 2);
  CHECK(run_program({"keygen", "--id", "256"}).exit_code == 2);
  CHECK(run_program({"keygen", "--id", "-1"}).exit_code == 2);
  CHECK(run_program({"keygen", "--id", "one"}).exit_code == 2);
  CHECK(run_program({"token", "mint", "--gateway", "shop"}).exit_code == 2);
  CHECK(run_program({"render", "--snippet", "--demo"}).exit_code == 2);
}

TEST_CASE("a word that came in with control characters is shown without them") {
  const ProgramResult result = run_program({"--\x1b[31mred"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("\\x1b[31mred") && !Contains("\x1b"));
}
