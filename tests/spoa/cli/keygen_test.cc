#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "base/limits.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

using namespace pointsman::test;
using Catch::Contains;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("keygen prints one line, another each time") {
  const ProgramResult first = run_program({"keygen"});
  CHECK(first.exit_code == 0);
  CHECK(lines_of(first.out).size() == 1);
  CHECK_THAT(first.out, Catch::StartsWith("0 "));
  CHECK(run_program({"keygen"}).out != first.out);
  CHECK_THAT(run_program({"keygen", "--id", "255"}).out, Catch::StartsWith("255 "));
}

TEST_CASE("keygen --add makes a file that only its owner may read") {
  const TemporaryFolder folder;
  const ProgramResult result = run_program({"keygen", "--add", folder.path("keys")});
  CHECK(result.exit_code == 0);
  CHECK(lines_of(folder.read("keys")).size() == 1);
  CHECK(mode_of(folder.path("keys")) == 0600);
}

TEST_CASE("keygen --add puts the new key first and keeps the others, mode and all") {
  const TemporaryFolder folder;
  const std::string path = folder.path("keys");
  REQUIRE(run_program({"keygen", "--add", path}).exit_code == 0);
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  const std::string before = folder.read("keys");
  const ProgramResult result = run_program({"keygen", "--add", path});
  CHECK(result.exit_code == 0);
  CHECK(result.out == path + ": key 1 signs; still verified: 0\n");
  const std::string after = folder.read("keys");
  CHECK_THAT(after, Catch::StartsWith("1 ") && Catch::EndsWith("\n" + before));
  CHECK(mode_of(path) == 0640);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("keygen --add drops the oldest key when the file is full") {
  const TemporaryFolder folder;
  const std::string path = folder.path("keys");
  constexpr std::size_t kFull = pointsman::limits::kStickyKeys;
  for (std::size_t i = 0; i < kFull; ++i) {
    const ProgramResult result = run_program({"keygen", "--add", path});
    REQUIRE(result.exit_code == 0);
    REQUIRE_THAT(result.out, !Contains("dropped"));
  }
  CHECK(lines_of(folder.read("keys")).size() == kFull);
  const ProgramResult result = run_program({"keygen", "--add", path});
  CHECK_THAT(result.out, Contains("dropped: 0\n"));
  const auto lines = lines_of(folder.read("keys"));
  CHECK(lines.size() == kFull);
  CHECK_THAT(lines.back(), Catch::StartsWith("1 "));
}

TEST_CASE("numbers of keys go round after 255") {
  const TemporaryFolder folder;
  const std::string path = folder.path("keys");
  REQUIRE(run_program({"keygen", "--id", "255", "--add", path}).exit_code == 0);
  REQUIRE(run_program({"keygen", "--add", path}).exit_code == 0);
  CHECK_THAT(folder.read("keys"), Catch::StartsWith("0 ") && Contains("\n255 "));
}

TEST_CASE("keygen --add refuses a number that is taken and leaves the file as it is") {
  const TemporaryFolder folder;
  const std::string path = folder.path("keys");
  REQUIRE(run_program({"keygen", "--add", path}).exit_code == 0);
  const std::string before = folder.read("keys");
  const ProgramResult result = run_program({"keygen", "--id", "0", "--add", path});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("key 0 is there already"));
  CHECK(folder.read("keys") == before);
}

TEST_CASE("keygen --add refuses a file that is no key file, or that everybody may read") {
  const TemporaryFolder folder;
  for (const std::string& text : {std::string("rubbish\n"), std::string("\0\1\2", 3),
                                  std::string("1 dG9vc2hvcnQ=\n"), std::string()}) {
    const std::string path = folder.write("keys", text, 0600);
    const ProgramResult result = run_program({"keygen", "--add", path});
    INFO(text);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains(path));
    CHECK(folder.read("keys") == text);
  }
  const std::string open = folder.write("open", run_program({"keygen"}).out, 0644);
  CHECK(run_program({"keygen", "--add", open}).exit_code == 1);
}

TEST_CASE("keygen --add follows a symbolic link") {
  const TemporaryFolder folder;
  const std::string real = folder.write("real", run_program({"keygen"}).out, 0600);
  std::filesystem::create_symlink(real, folder.path("link"));
  CHECK(run_program({"keygen", "--add", folder.path("link")}).exit_code == 0);
  CHECK(std::filesystem::is_symlink(folder.path("link")));
  CHECK(lines_of(folder.read("real")).size() == 2);
}

TEST_CASE("keygen --add says where it cannot write") {
  const ProgramResult result = run_program({"keygen", "--add", "/nonexistent/keys"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("/nonexistent/keys") && Contains("No such file"));
}
