#include "cli/load.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "deployment.h"

using namespace pointsman;
using Catch::Contains;

namespace {

cli::Loaded loaded(const cli::Sources& sources, const std::string& stdin_text = "") {
  std::istringstream in(stdin_text);
  std::ostringstream out;
  cli::Console console{in, out, out, false, false};
  return cli::load(sources, console);
}

}  // namespace

TEST_CASE("gateways come from the settings unless they are named") {
  const test::Deployment deployment;
  CHECK(loaded({deployment.settings(), {}}).table->find_gateway("shop") != nullptr);
  const auto named = loaded({deployment.settings(), {"-"}}, "name: x\nroutes: {r: {backend: b}}\n");
  CHECK(named.table->find_gateway("x") != nullptr);
  CHECK(named.table->find_gateway("shop") == nullptr);
}

TEST_CASE("the domain of default virtual hosts is that of the settings") {
  const test::Deployment deployment;
  deployment.folder.write("pointsman.yaml",
                          "gateways: gateways\nvirtual_host_domain: in.example\n");
  const auto result = loaded({deployment.settings(), {}});
  CHECK(result.table->find_by_host("shop.in.example") != nullptr);
}

TEST_CASE("faulty settings yield no table of their own gateways, but one of those named") {
  const test::Deployment deployment;
  deployment.folder.write("pointsman.yaml", "gateways: [1]\n");
  const auto own = loaded({deployment.settings(), {}});
  CHECK_FALSE(own.settings_usable);
  CHECK(own.table == nullptr);
  const auto named = loaded({deployment.settings(), {"-"}}, test::kShop);
  CHECK_FALSE(named.settings_usable);
  CHECK(named.table->find_gateway("shop") != nullptr);
  CHECK(named.diagnostics.count(Severity::kError) == 1);
}

TEST_CASE("a place without a gateway is a warning, a faulty gateway is named") {
  const test::Deployment deployment;
  const auto empty = loaded({deployment.settings(), {"-"}}, "");
  CHECK(empty.diagnostics.count(Severity::kWarning) == 1);
  CHECK_FALSE(empty.diagnostics.has_errors());
  const auto faulty = loaded({deployment.settings(), {"-"}}, "name: x\nroutes: {r: {wait: 1}}\n");
  CHECK(faulty.faulty == std::vector<std::string>{"x"});
  CHECK(faulty.diagnostics.count(Severity::kWarning) == 0);
}
