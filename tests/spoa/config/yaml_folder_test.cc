#include "config/yaml_folder.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;

TEST_CASE("a folder stands for its YAML files in name order, another path for itself") {
  const test::TemporaryFolder folder;
  folder.write("b.yml", "");
  folder.write("a.yaml", "");
  folder.write(".c.yaml", "");
  folder.write("d.txt", "");
  folder.write("e.yaml/f", "");
  REQUIRE(::symlink("nowhere", folder.path("g.yaml").c_str()) == 0);
  const auto files = config::find_yaml_files(folder.path());
  REQUIRE(files);
  CHECK(*files == std::vector<std::string>{folder.path("a.yaml"), folder.path("b.yml"),
                                           folder.path("g.yaml")});
  CHECK(*config::find_yaml_files(folder.path("none")) ==
        std::vector<std::string>{folder.path("none")});
}

TEST_CASE("a file that is missing, or being written, is unreadable and told of") {
  const test::TemporaryFolder folder;
  Diagnostics diagnostics;
  const std::string path = folder.write("a.yaml", "name: a\n");
  CHECK(config::read_yaml_text(path, diagnostics, nullptr) == "name: a\n");
  CHECK(diagnostics.items().empty());
  CHECK_FALSE(config::read_yaml_text(folder.path("b.yaml"), diagnostics, nullptr));
  CHECK_FALSE(config::read_yaml_text(path, diagnostics, [](const std::string&) { return true; }));
  REQUIRE(diagnostics.items().size() == 2);
  CHECK(to_text(diagnostics.items()[0]) == folder.path("b.yaml") + ": No such file or directory");
  CHECK(diagnostics.items()[1].severity == Severity::kWarning);
}
