#include "manage/configuration.h"

#include <catch2/catch.hpp>

#include "fake_host.h"

using namespace pointsman;
using manage::render_configuration;

namespace {

using Folders = std::set<std::string>;

const std::string kFolder = "/etc/haproxy";

manage::Configuration rendered(test::Gateways gateways, render::Options options = {}) {
  auto configuration = render_configuration(
      render::render_complete, *test::managed_table(std::move(gateways)), options, kFolder);
  REQUIRE(configuration);
  return *configuration;
}

}  // namespace

TEST_CASE("the configuration names its parts in a folder of their own") {
  const auto configuration = rendered({test::managed_gateway("a", 1000)});
  CHECK(configuration.text.starts_with(manage::kOwnLine));
  const std::string path = kFolder + "/" + configuration.folder;
  CHECK(configuration.text.find("config " + path + "/pointsman.spoe.cfg") != std::string::npos);
  CHECK(configuration.text.find(path + "/pointsman.backends.map") != std::string::npos);
  CHECK(configuration.text.find(path + "/pointsman/pointsman.lua") != std::string::npos);
  CHECK(manage::parts_folders_in(configuration.text) == Folders{configuration.folder});
  for (const auto& part : configuration.parts) CHECK(part.name != "haproxy.cfg");
}

TEST_CASE("the folder is called by what lies in it") {
  const auto first = rendered({test::managed_gateway("a", 1000)});
  CHECK(rendered({test::managed_gateway("a", 1000)}).folder == first.folder);
  // Another algorithm is another text, with the same parts.
  const auto other = rendered({test::managed_gateway("a", 1000, "source")});
  CHECK(other.folder == first.folder);
  CHECK(other.text != first.text);
  CHECK(rendered({test::managed_gateway("b", 1000)}).folder != first.folder);
  render::Options lean;
  lean.headers = {"cookie"};
  CHECK(rendered({test::managed_gateway("a", 1000)}, lean).folder != first.folder);
}

TEST_CASE("what can't be rendered is an error") {
  const auto refused = [](const routing::RouteTable&, const render::Options&) {
    return Result<render::RenderedFiles>(Error{"gateway a: no"});
  };
  const auto configuration = render_configuration(refused, *test::managed_table({}), {}, kFolder);
  REQUIRE_FALSE(configuration);
  CHECK(configuration.error().message == "gateway a: no");
}

TEST_CASE("only a whole name of a folder of parts is one") {
  using manage::parts_folders_in;
  CHECK(parts_folders_in("x /y/pointsman-0123456789abcdef/z") ==
        Folders{"pointsman-0123456789abcdef"});
  CHECK(parts_folders_in("/pointsman-agents/pointsman-0123456789abcdef") ==
        Folders{"pointsman-0123456789abcdef"});
  for (const char* text : {"", "pointsman-", "/pointsman-0123", "/pointsman-0123456789abcdeg"}) {
    CHECK(parts_folders_in(text).empty());
  }
}

TEST_CASE("a text may name several folders of parts") {
  CHECK(manage::parts_folders_in("/f/pointsman-0123456789abcdef/a pointsman-0000000000000001/b "
                                 "/f/pointsman-0123456789abcdef/c") ==
        Folders{"pointsman-0000000000000001", "pointsman-0123456789abcdef"});
}
