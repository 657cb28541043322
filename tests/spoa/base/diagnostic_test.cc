#include "base/diagnostic.h"

#include <catch2/catch.hpp>

namespace pointsman {
namespace {

SourcePlace place(const char* file, int line, int column) {
  return {std::make_shared<const std::string>(file), line, column};
}

}  // namespace

TEST_CASE("an error is printed as file:line:column: key: message") {
  Diagnostics diagnostics;
  diagnostics.error(place("shop.yaml", 4, 9), "shop", "routes.v1.weight", "found 'x'");
  CHECK(to_text(diagnostics.items()[0]) == "shop.yaml:4:9: routes.v1.weight: found 'x'");
}

TEST_CASE("warnings and notes say so before the key") {
  Diagnostics diagnostics;
  diagnostics.warning(place("shop.yaml", 4, 9), "shop", "routes", "all are 0");
  diagnostics.note(place("shop.yaml", 4, 9), "shop", "kind", "is ignored");
  CHECK(to_text(diagnostics.items()[0]) == "shop.yaml:4:9: warning: routes: all are 0");
  CHECK(to_text(diagnostics.items()[1]) == "shop.yaml:4:9: note: kind: is ignored");
}

TEST_CASE("what concerns a whole file has no line, and what has no file no place") {
  Diagnostics diagnostics;
  diagnostics.error(place("shop.yaml", 0, 0), "", "", "cannot be read");
  diagnostics.error({}, "", "--gateway", "is missing");
  CHECK(to_text(diagnostics.items()[0]) == "shop.yaml: cannot be read");
  CHECK(to_text(diagnostics.items()[1]) == "--gateway: is missing");
}

TEST_CASE("only errors make a configuration invalid") {
  Diagnostics diagnostics;
  diagnostics.warning({}, "", "", "w");
  diagnostics.note({}, "", "", "n");
  CHECK_FALSE(diagnostics.has_errors());
  Diagnostics others;
  others.error({}, "", "", "e");
  diagnostics.append(others);
  CHECK(diagnostics.has_errors());
  CHECK(diagnostics.count(Severity::kWarning) == 1);
  CHECK(diagnostics.items().size() == 3);
}

TEST_CASE("diagnostics are sorted by file, line and column, and keep their order at one place") {
  Diagnostics diagnostics;
  diagnostics.error(place("b", 1, 1), "", "", "5");
  diagnostics.error(place("a", 2, 1), "", "", "4");
  diagnostics.error(place("a", 1, 7), "", "", "2");
  diagnostics.error(place("a", 1, 7), "", "", "3");
  diagnostics.error(place("a", 1, 2), "", "", "1");
  diagnostics.error({}, "", "", "0");
  diagnostics.sort_by_place();
  std::string order;
  for (const Diagnostic& diagnostic : diagnostics.items()) order += diagnostic.message;
  CHECK(order == "012345");
}

}  // namespace pointsman
