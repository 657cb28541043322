#include "cli/version.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/run_program.h"

using Catch::Contains;
using pointsman::test::ProgramResult;
using pointsman::test::run_program;

TEST_CASE("version names the program, the compiler and the libraries") {
  const ProgramResult text = run_program({"version"});
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.out, Catch::StartsWith("pointsman ") && Contains("PCRE2 10."));
  const ProgramResult json = run_program({"version", "-o", "json"});
  CHECK(json.exit_code == 0);
  const auto document = nlohmann::json::parse(json.out);
  CHECK_THAT(text.out, Contains(document["version"].get<std::string>()));
  for (const auto& [name, version] : document["libraries"].items()) {
    INFO(name);
    CHECK_FALSE(version.get<std::string>().empty());
  }
  CHECK(document["version"] == pointsman::cli::program_version());
  CHECK(run_program({"--version"}).out ==
        "pointsman " + document["version"].get<std::string>() + "\n");
}
