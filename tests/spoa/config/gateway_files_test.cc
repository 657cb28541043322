#include "config/gateway_files.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "routing/compile.h"
#include "support/gateway_yaml.h"
#include "support/golden.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using config::GatewayFile;
using test::printed;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> yaml_files_in(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(POINTSMAN_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  return files;
}

std::string names_of(const std::vector<GatewayFile>& files) {
  std::string names;
  for (const GatewayFile& file : files) {
    names += fs::path(file.path).filename().string() + (file.unreadable ? "!" : "") + ":";
    for (const auto& read : file.gateways) names += " " + read.spec.name;
    names += "\n";
  }
  return names;
}

// A sparse file: its size counts before its content.
std::string write_sized(const test::TemporaryFolder& folder, std::size_t bytes) {
  const std::string path = folder.write("big.yaml", "");
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(bytes)) == 0);
  return path;
}

}  // namespace

TEST_CASE("a file may hold several gateways, empty documents don't count") {
  const GatewayFile file = test::parsed("name: a\n---\n---\nname: b\n...\n---\n# end\n");
  CHECK(names_of({file}) == "shop.yaml: a b\n");
  CHECK(test::parsed("").gateways.empty());
}

TEST_CASE("one syntax error makes a file unreadable, also for the documents before it") {
  Diagnostics diagnostics;
  const GatewayFile file =
      config::parse_gateway_file("f.yaml", "name: a\n---\nname: [b\n", diagnostics);
  CHECK(file.unreadable);
  CHECK(file.gateways.empty());
  CHECK(printed(diagnostics) == "f.yaml:4:1: not valid YAML: end of sequence flow not found\n");
}

TEST_CASE("a folder's YAML files are read in name order, other files are not") {
  const test::TemporaryFolder folder;
  folder.write("20-b.yml", "name: b\n");
  folder.write("10-a.yaml", "name: a\n");
  folder.write("30-c.yaml", "name: [c\n");
  folder.write("README.md", "name: x\n");
  folder.write(".hidden.yaml", "name: x\n");
  folder.write("old.yaml~", "name: x\n");
  fs::create_directory(folder.path("sub.yaml"));
  fs::create_symlink(folder.write("elsewhere/d", "name: d\n"), folder.path("40-d.yaml"));
  Diagnostics diagnostics;
  CHECK(names_of(config::read_gateway_files(folder.path(), diagnostics)) ==
        "10-a.yaml: a\n20-b.yml: b\n30-c.yaml!:\n40-d.yaml: d\n");
  CHECK(printed(diagnostics) ==
        folder.path("30-c.yaml") + ":2:1: not valid YAML: end of sequence flow not found\n");
}

TEST_CASE("a path that cannot be read yields an unreadable entry") {
  const test::TemporaryFolder folder;
  fs::create_symlink("nowhere", folder.path("dangling.yaml"));
  Diagnostics diagnostics;
  CHECK(names_of(config::read_gateway_files(folder.path("none"), diagnostics)) == "none!:\n");
  CHECK(names_of(config::read_gateway_files(folder.path(), diagnostics)) == "dangling.yaml!:\n");
  CHECK(printed(diagnostics) == folder.path("none") + ": No such file or directory\n" +
                                    folder.path("dangling.yaml") + ": No such file or directory\n");
}

TEST_CASE("a file of the size limit is opened, one byte more is refused by its size") {
  const test::TemporaryFolder folder;
  Diagnostics at_limit;
  CHECK(
      config::read_gateway_file(write_sized(folder, limits::kYamlFileBytes), at_limit).unreadable);
  CHECK(printed(at_limit) ==
        folder.path("big.yaml") + ":1:1: found the control character 0x00, wanted text\n");
  Diagnostics above;
  CHECK(
      config::read_gateway_file(write_sized(folder, limits::kYamlFileBytes + 1), above).unreadable);
  CHECK(printed(above) == folder.path("big.yaml") + ": the file has more than 67108864 bytes\n");
}

TEST_CASE("a folder of as many files as the limit is read, one more file is too many") {
  const test::TemporaryFolder folder;
  for (std::size_t i = 0; i < limits::kGatewayFiles; ++i) {
    std::ofstream(folder.path(std::to_string(i) + ".yaml")) << "# empty\n";
  }
  Diagnostics diagnostics;
  CHECK(config::read_gateway_files(folder.path(), diagnostics).size() == limits::kGatewayFiles);
  CHECK_FALSE(diagnostics.has_errors());
  folder.write("more.yaml", "");
  const auto files = config::read_gateway_files(folder.path(), diagnostics);
  REQUIRE(files.size() == 1);
  CHECK(files[0].unreadable);
  CHECK(printed(diagnostics) == folder.path() + ": more than 10000 files\n");
}

TEST_CASE("tabs, CRLF line ends and a byte order mark change nothing") {
  const std::string plain = "name: shop\nroutes:\n  v1: {weight: 100%}  # all\n";
  std::string crlf = "\xef\xbb\xbf";
  for (const char c : plain) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(test::parsed(crlf).gateways[0].spec.routes[0].weight.place.column == 16);
  CHECK(test::parsed("name:\tshop\nroutes: {v1:\t{weight: 100%}}\n").gateways[0].spec.name ==
        "shop");
}

TEST_CASE("every beginning of a file is read or refused, and only the whole one is complete") {
  const std::string yaml = test::read_text(fs::path(POINTSMAN_SOURCE_DIR) /
                                           "tests/golden/gateways/accepted/everything.yaml");
  REQUIRE(yaml.size() > 500);
  for (std::size_t length = 0; length <= yaml.size(); ++length) {
    Diagnostics diagnostics;
    const GatewayFile file =
        config::parse_gateway_file("f.yaml", yaml.substr(0, length), diagnostics);
    for (const auto& read : file.gateways) {
      const bool reported = diagnostics.has_errors();
      CHECK(read.faulty == reported);
    }
  }
}

TEST_CASE("the accepted gateways are read without an error") {
  for (const fs::path& path : yaml_files_in("tests/golden/gateways/accepted")) {
    Diagnostics diagnostics;
    const GatewayFile file = config::read_gateway_file(path, diagnostics);
    INFO(printed(diagnostics));
    CHECK_FALSE(file.unreadable);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK_FALSE(file.gateways.empty());
  }
}

TEST_CASE("the refused gateways are refused, with the errors that users see") {
  for (const fs::path& path : yaml_files_in("tests/golden/gateways/refused")) {
    const std::string name = path.filename().string();
    Diagnostics diagnostics;
    const GatewayFile file = config::parse_gateway_file(name, test::read_text(path), diagnostics);
    INFO(name);
    CHECK(diagnostics.has_errors());
    diagnostics.sort_by_place();
    test::check_golden("tests/golden/gateways/refused/" + path.stem().string() + ".txt",
                       printed(diagnostics));
  }
}

TEST_CASE("the examples of the documentation are valid and point editors at the schema") {
  for (const fs::path& path : yaml_files_in("docs/examples")) {
    if (path.filename() == "pointsman.yaml") continue;
    Diagnostics diagnostics;
    const GatewayFile file = config::read_gateway_file(path, diagnostics);
    for (const auto& read : file.gateways) routing::compile(read.spec, diagnostics);
    INFO(path << "\n" << printed(diagnostics));
    CHECK_FALSE(diagnostics.has_errors());
    CHECK_FALSE(file.gateways.empty());
    CHECK(test::read_text(path).starts_with(
        "# yaml-language-server: $schema=../schema/gateway.schema.json\n"));
  }
}

TEST_CASE("a file that is being written counts as unreadable, the others are read") {
  const test::TemporaryFolder folder;
  folder.write("a.yaml", "name: a\n");
  folder.write("b.yaml", "name: b\n");
  const auto is_unfinished = [&](const std::string& path) { return path == folder.path("a.yaml"); };
  Diagnostics diagnostics;
  const auto files = config::read_gateway_files(folder.path(), diagnostics, is_unfinished);
  REQUIRE(files.size() == 2);
  CHECK(files[0].unreadable);
  CHECK_FALSE(files[1].unreadable);
  CHECK(test::printed(diagnostics).find("the file is being written") != std::string::npos);
}

TEST_CASE("a file that goes away while its folder is read is no fault") {
  const test::TemporaryFolder folder;
  folder.write("a.yaml", "name: a\nroutes: {r: {backend: x}}\n");
  const std::string gone = folder.write("b.yaml", "name: b\nroutes: {r: {backend: x}}\n");
  Diagnostics diagnostics;
  const auto files =
      config::read_gateway_files(folder.path(), diagnostics, [&](const std::string& path) {
        if (path != gone) std::filesystem::remove(gone);
        return false;
      });
  CHECK(diagnostics.items().empty());
  REQUIRE(files.size() == 1);
  CHECK(files[0].gateways.size() == 1);
}
