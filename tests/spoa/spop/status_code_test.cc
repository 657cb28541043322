#include "spop/status_code.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace pointsman::spop {
namespace {

TEST_CASE("each status code has a text of its own") {
  std::set<std::string_view> texts;
  for (int code = 0; code <= 13; ++code) texts.insert(to_text(static_cast<StatusCode>(code)));
  texts.insert(to_text(StatusCode::kUnknown));
  CHECK(texts.size() == 15);
  CHECK(texts.count("") == 0);
}

}  // namespace
}  // namespace pointsman::spop
