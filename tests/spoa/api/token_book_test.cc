#include "api/token_book.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/temporary_folder.h"

using namespace pointsman;
using namespace pointsman::api;
using Verdict = TokenBook::Verdict;

namespace {

constexpr std::string_view kWeb = "web-0123456789abcdef";
constexpr std::string_view kAll = "all-0123456789abcdef";
constexpr std::string_view kAdmin = "adm-0123456789abcdef";

std::shared_ptr<const TokenBook> book(const std::string& text) {
  auto parsed = TokenBook::parse(text, "tokens");
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed);
  return *parsed;
}

std::string fault(const std::string& text) {
  const auto parsed = TokenBook::parse(text, "tokens");
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("a token may do what its scopes say") {
  const auto tokens = book(std::string("# who registers\n\n") + std::string(kWeb) +
                           "  register:web register:api # two\n" + std::string(kAll) +
                           "\tregister:*\r\n" + std::string(kAdmin) + " admin");
  CHECK(tokens->size() == 3);
  CHECK(tokens->may_register(kWeb, "web") == Verdict::kAllowed);
  CHECK(tokens->may_register(kWeb, "api") == Verdict::kAllowed);
  CHECK(tokens->may_register(kWeb, "db") == Verdict::kTooNarrow);
  CHECK(tokens->may_register(kAll, "db") == Verdict::kAllowed);
  CHECK(tokens->may_register(kAdmin, "db") == Verdict::kAllowed);
  for (const std::string_view none :
       {"", "web-0123456789abcdeF", "web-0123456789abcde", "web-0123456789abcdef "}) {
    CHECK(tokens->may_register(none, "web") == Verdict::kUnknown);
  }
  CHECK(book("")->may_register("", "web") == Verdict::kUnknown);
}

TEST_CASE("a faulty file is refused with file and line") {
  CHECK(fault("short register:web") ==
        "tokens:1: the token is not 16 to 256 letters, digits and -._~+/=");
  CHECK(fault("\nweb-0123456789abcde! admin") ==
        "tokens:2: the token is not 16 to 256 letters, digits and -._~+/=");
  CHECK(fault(std::string(kWeb)) == "tokens:1: a scope is missing behind the token");
  for (const char* scope : {"read", "register:", "register:Web", "register", "admin,x"}) {
    CHECK(fault(std::string(kWeb) + " " + scope) ==
          "tokens:1: a scope is not register:SERVICE, register:* or admin");
  }
  const std::string line = std::string(kWeb) + " admin\n";
  CHECK(fault(line + line) == "tokens:2: the token stands there twice");
}

TEST_CASE("tokens have a least and a most length, and there are only so many") {
  const std::string least(limits::kAdminTokenBytesMin, 'a');
  const std::string most(limits::kAdminTokenBytesMax, 'b');
  CHECK(fault(least + " admin\n" + most + " admin").empty());
  CHECK_FALSE(fault(least.substr(1) + " admin").empty());
  CHECK_FALSE(fault(most + "b admin").empty());
  std::string many;
  for (std::size_t i = 0; i < limits::kAdminTokens; ++i) {
    many += "0123456789abcdef" + std::to_string(i) + " admin\n";
  }
  CHECK(fault(many).empty());
  CHECK(fault(many + least + " admin") == "tokens:1001: more than 1000 tokens");
}

TEST_CASE("a file that everybody may read is refused, as is one that is none") {
  const test::TemporaryFolder folder;
  const std::string line = std::string(kWeb) + " admin\n";
  const std::string path = folder.write("tokens", line, 0640);
  REQUIRE(TokenBook::load(path));
  CHECK((*TokenBook::load(path))->size() == 1);
  ::chmod(path.c_str(), 0644);
  CHECK(TokenBook::load(path).error().message ==
        path + ": mode 0644 lets everybody in; wanted 0600 or 0640");
  CHECK(TokenBook::load(folder.path("none")).error().message ==
        folder.path("none") + ": No such file or directory");
  folder.write("long", std::string(limits::kKeyFileBytes + 1, '#'), 0600);
  CHECK_FALSE(TokenBook::load(folder.path("long")));
}
