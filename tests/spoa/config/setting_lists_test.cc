#include "config/setting_lists.h"

#include <catch2/catch.hpp>

#include "config/settings.h"

using namespace pointsman;
using Catch::Contains;

namespace {

// By a setting that is such a list.
std::string faults_of(const std::string& networks) {
  Diagnostics diagnostics;
  config::parse_settings("s.yaml", "forward: {allow: " + networks + "}\n", {}, diagnostics);
  std::string text;
  for (const auto& item : diagnostics.items()) text += to_text(item) + "\n";
  return text;
}

}  // namespace

TEST_CASE("one network, or a list of networks and addresses") {
  for (const char* good : {"10.0.0.0/8", "[]", "[10.0.0.0/8, 'fd00::/8', 192.0.2.1]"}) {
    INFO(good);
    CHECK(faults_of(good) == "");
  }
}

TEST_CASE("what is no network, or stands twice, is told with its place") {
  CHECK_THAT(faults_of("[10.0.0.0/8, x]"),
             Contains("forward.allow[1]: found the text 'x', wanted a network like"));
  CHECK_THAT(faults_of("10.0.0.1/8"), Contains("wanted a network"));
  CHECK_THAT(faults_of("[10.0.0.0/8, 10.0.0.0/8]"), Contains("allow[1]: stands here twice"));
}
