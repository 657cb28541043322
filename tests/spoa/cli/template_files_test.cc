#include "cli/template_files.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using namespace pointsman::test;
using Catch::Contains;

namespace {

std::string faults_of(const std::string& path) {
  Diagnostics diagnostics;
  (void)cli::read_template(path, diagnostics);
  std::string text;
  for (const auto& item : diagnostics.items()) text += to_text(item) + "\n";
  return text;
}

}  // namespace

TEST_CASE("the partials of a template are the templates beside it") {
  const TemporaryFolder folder;
  folder.write("edge.cfg.mustache", "main");
  folder.write("frontend.mustache", "one");
  folder.write("notes.txt", "no template");
  folder.write("below/other.mustache", "not beside");
  Diagnostics diagnostics;
  const auto source = cli::read_template(folder.path("edge.cfg.mustache"), diagnostics);
  CHECK(diagnostics.items().empty());
  CHECK(source.main.text == "main");
  CHECK(*source.main.file == folder.path("edge.cfg.mustache"));
  REQUIRE(source.partials.size() == 1);
  CHECK(source.partials.at("frontend").text == "one");
  CHECK(*source.partials.at("frontend").file == folder.path("frontend.mustache"));
}

TEST_CASE("a template that is not there, or too large, is told by its path") {
  const TemporaryFolder folder;
  CHECK_THAT(faults_of(folder.path("none")), Contains("none: No such file"));
  folder.write("a.mustache", std::string(limits::kTemplateBytes, 'x'));
  CHECK(faults_of(folder.path("a.mustache")).empty());
  folder.write("b.mustache", std::string(limits::kTemplateBytes + 1, 'x'));
  CHECK_THAT(faults_of(folder.path("a.mustache")), Contains("b.mustache: "));
}

TEST_CASE("so many templates may lie beside one") {
  const TemporaryFolder folder;
  folder.write("main.mustache", "");
  for (std::size_t i = 0; i < limits::kTemplatePartials; ++i) {
    folder.write("p" + std::to_string(i) + ".mustache", "");
  }
  CHECK(faults_of(folder.path("main.mustache")).empty());
  folder.write("one-more.mustache", "");
  CHECK_THAT(faults_of(folder.path("main.mustache")), Contains("at most"));
}

TEST_CASE("what is filled in has the template's name, without its ending") {
  CHECK(cli::name_of_filled("/etc/x/edge.cfg.mustache") == "edge.cfg");
  CHECK(cli::name_of_filled("edge.mustache") == "edge");
  CHECK(cli::name_of_filled("/etc/x/edge.tmpl") == "haproxy.cfg");
  CHECK(cli::name_of_filled(".mustache") == "haproxy.cfg");
}
