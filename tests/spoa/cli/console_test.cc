#include "cli/console.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "base/limits.h"

using namespace pointsman;
using Catch::Contains;

namespace {

std::string printed(const Diagnostics& diagnostics, bool colour) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  cli::Console console{in, out, err, colour, colour};
  cli::print_diagnostics(diagnostics, console);
  return err.str();
}

}  // namespace

TEST_CASE("an error is printed even after more warnings than are shown") {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < limits::kDiagnosticsShown; ++i) diagnostics.warning({}, "", "", "w");
  diagnostics.error({}, "", "", "the error");
  const std::string text = printed(diagnostics, false);
  CHECK_THAT(text, Contains("the error\n") && Contains("... and 1 more\n"));
}

TEST_CASE("diagnostics have colour only where it is wanted") {
  Diagnostics diagnostics;
  diagnostics.error({}, "", "", "wrong");
  CHECK(printed(diagnostics, false) == "wrong\n");
  CHECK(printed(diagnostics, true) == "\x1b[31mwrong\x1b[0m\n");
}
