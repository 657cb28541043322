#include "routing/rewrite.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/limits.h"
#include "support/textual_request.h"

using namespace pointsman;
using namespace pointsman::routing;
using pointsman::test::TextualRequest;

namespace {

// The new path, or "unchanged".
std::string rewritten(const std::string& text, const std::string& request) {
  const auto rewrite = Rewrite::parse(text);
  INFO(text);
  if (!rewrite) FAIL(rewrite.error().message);
  ConditionScratch scratch;
  std::string path = "left over";
  return rewrite->apply(TextualRequest(request).view(), scratch, path) ? path : "unchanged";
}

std::string error(const std::string& text) {
  const auto rewrite = Rewrite::parse(text);
  INFO(text);
  if (rewrite) FAIL("parsed as " << rewrite->to_text());
  return std::to_string(rewrite.error().offset + 1) + ": " + rewrite.error().message;
}

}  // namespace

TEST_CASE("a rewrite applies when its condition holds") {
  CHECK(rewritten("/v2%[path] if path starts with /api", "GET /api/x") == "/v2/api/x");
  CHECK(rewritten("/v2%[path] if path starts with /api", "GET /web") == "unchanged");
  CHECK(rewritten("/maintenance", "GET /web") == "/maintenance");
  CHECK(rewritten("%[path]%[path]", "GET /a?b=c") == "/a/a");
}

TEST_CASE("groups of the first matches that held stand in the new path") {
  const std::string swap = "/\\2/\\1 if path matches '^/([^/]+)/([^/]+)'";
  CHECK(rewritten(swap, "GET /a/b/c") == "/b/a");
  CHECK(rewritten("/\\1\\1x if host == a or path matches '^/(.)'", "GET /q\nHost: b") == "/qqx");
  CHECK(rewritten("/x\\1 if host == a or path matches '^/(.)'", "GET /q\nHost: a") == "/x");
  CHECK(rewritten("/\\1 if path matches '(z)?$'", "GET /") == "/");
}

TEST_CASE("the last if splits, in this case alone") {
  CHECK(rewritten("/if if path has a", "GET /a") == "/if");
  CHECK(error("/a if header x == 'b if c'").starts_with("25: "));
  CHECK(error("/a IF true") == "3: found ' ', which can't stand in a path");
}

TEST_CASE("whatever was captured, the new path stays one path") {
  const std::string rewrite = "/\\1 if header X matches '(.*)'";
  CHECK(rewritten(rewrite, "GET /\nX: a b?c#d\x7f%41") == "/a%20b%3Fc%23d%7F%41");
  CHECK(rewritten(rewrite, "GET /\nX: \xc3\xa4") == "/%C3%A4");
  CHECK(rewritten("\\1 if header X matches '(.*)'", "GET /\nX: a/b") == "/a/b");
  CHECK(rewritten("\\1 if header X matches '(.*)'", "GET /\nX: ") == "/");
}

TEST_CASE("a new path that can't be one is refused") {
  CHECK(error("") == "1: the new path is empty");
  CHECK(error(" if true") == "1: the new path is empty");
  CHECK(error("v2 if true") == "1: found 'v2', wanted a path that starts with '/'");
  CHECK(error("  v2%[path]").starts_with("3: found 'v2%[path]'"));
  CHECK(error("/a?b if true") == "3: found '?', which can't stand in a path");
  CHECK(error("/aäb") == "3: found 'ä', which can't stand in a path");
  CHECK(error("/a€") == "3: found '€', which can't stand in a path");
  CHECK(error("/a\\ä") == "3: found '\\ä', wanted a group, \\1 to \\9");
  CHECK(error("/a b") == "3: found ' ', which can't stand in a path");
  CHECK(error("/a%[query]") == "3: found '%[query]', wanted %[path]");
  CHECK(error("/a%[path") == "3: found '%[path', wanted %[path]");
}

TEST_CASE("a group needs a matches that has it") {
  CHECK(error("/\\1") == "2: found '\\1', but the condition has no 'matches'");
  CHECK(error("/\\1 if path == /a").starts_with("2: found '\\1', but the condition"));
  CHECK(error("/a\\2 if path matches '(a)'") ==
        "3: found '\\2', but no 'matches' of the condition has so many groups");
  CHECK(error("/\\0 if path matches a") == "2: found '\\0', wanted a group, \\1 to \\9");
  CHECK(error("/a\\") == "3: found '\\', wanted a group, \\1 to \\9");
}

TEST_CASE("an error of the condition is pointed at in the whole text") {
  CHECK(error("/a if hots == b").starts_with("7: found 'hots'"));
  CHECK(error("/a if ").starts_with("7: the condition is empty"));
}

TEST_CASE("a rewrite prints as it is read") {
  for (const char* text :
       {"/v2%[path] if path starts with /api", "/a/%20", "/%[path]\\1x if path matches '(a)'"}) {
    CHECK(Rewrite::parse(text)->to_text() == text);
  }
}

TEST_CASE("a new path of 8 KiB is read and used, one byte more is not") {
  const std::string most = "/" + std::string(limits::kRewriteBytes - 1, 'x');
  CHECK(rewritten(most, "GET /") == most);
  CHECK(error(most + "x") == "8193: the new path is longer than 8192 bytes");
  CHECK(error(" " + most) == "8193: the new path is longer than 8192 bytes");
  CHECK(error(most + "  if true") == "8193: the new path is longer than 8192 bytes");
  const std::string path(limits::kRewrittenPathBytes - 2, 'y');
  CHECK(rewritten("/%[path]", "GET /" + path) == "//" + path);
  CHECK(rewritten("/%[path]", "GET /y" + path) == "unchanged");
}
