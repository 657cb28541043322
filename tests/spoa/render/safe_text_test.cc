#include "render/safe_text.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pointsman::render;
using namespace std::string_literals;

TEST_CASE("a word is safe when nothing in it can end a word, a line or an argument") {
  const auto safe = GENERATE(as<std::string>{}, "shop", "shop/v1", "10.0.0.7:8080", "[::1]:9012",
                             "/etc/haproxy/x.map", "caf\xc3\xa9", "*:80");
  CHECK(check_word(safe, "name"));
  const auto unsafe =
      GENERATE("a b"s, "a\tb"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\x7f"s, "a\"b"s, "a'b"s, "a\\b"s,
               "a#b"s, "${HOME}"s, "%[src]"s, "a)b"s, "a(b"s, "a,b"s, "{"s, "}"s, ""s);
  const auto refused = check_word(unsafe, "name of x");
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Matchers::StartsWith("name of x: "));
}

TEST_CASE("arguments may have blanks and brackets, but no quote, comment or line break") {
  CHECK(check_arguments("hdr(X-User) use_domain_only", "balance"));
  CHECK(check_arguments("stdout format raw local0", "log target"));
  const auto unsafe = GENERATE("a\nb"s, "a # b"s, "a\\ b"s, "\"a\""s, "'a'"s, "$a"s, ""s);
  CHECK_FALSE(check_arguments(unsafe, "balance"));
}

TEST_CASE("a path begins with a slash and has no blank") {
  CHECK(check_path("/health?a=%20(1),{2}", "check.path"));
  const auto unsafe = GENERATE("health"s, "/a b"s, "/a\nb"s, "/a#b"s, "/\"a"s, "/$a"s, ""s);
  CHECK_FALSE(check_path(unsafe, "check.path"));
}
