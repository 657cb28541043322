#include "render/template_source.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "spoa/render/template_samples.h"

using namespace pointsman;
using namespace pointsman::test;

TEST_CASE("a partial of the user's comes before the shipped one of its name") {
  auto source = template_of("");
  const auto shipped = source.find_partial("agents");
  REQUIRE(shipped);
  CHECK(shipped->text.starts_with("backend pointsman-agents\n"));
  CHECK(*shipped->file == "shipped template agents");
  source.partials["agents"] = template_text("agents.mustache", "mine\n");
  CHECK(source.find_partial("agents")->text == "mine");
}

TEST_CASE("every shipped partial exists, and nothing else is one") {
  const auto source = template_of("");
  const auto names = source.partial_names();
  CHECK(std::count(names.begin(), names.end(), "decide") == 1);
  for (const std::string& name : names) {
    INFO(name);
    REQUIRE(source.find_partial(name));
    CHECK_FALSE(source.find_partial(name)->text.empty());
  }
  CHECK_FALSE(source.find_partial("complete"));
  CHECK_FALSE(source.find_partial("../x"));
}

TEST_CASE("one line break at a partial's end is the including line's") {
  auto source = template_of("");
  source.partials["a"] = template_text("a.mustache", "x\n\n");
  CHECK(source.find_partial("a")->text == "x\n");
}
