#include "base/write_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using pointsman::FileOwner;
using pointsman::write_file;
using pointsman::write_file_as;
using pointsman::test::TemporaryFolder;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("a new file has the mode that is asked for, an old one keeps its own") {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  REQUIRE(write_file(path, "one", 0640));
  CHECK(mode_of(path) == 0640);
  ::chmod(path.c_str(), 0604);
  REQUIRE(write_file(path, "two", 0640));
  CHECK(mode_of(path) == 0604);
  CHECK(folder.read("file") == "two");
}

TEST_CASE("a file that is written with an access has it, whatever was there before") {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  for (const mode_t before : {0600, 0666}) {
    REQUIRE(write_file(path, "one", 0644));
    ::chmod(path.c_str(), before);
    REQUIRE(write_file_as(path, "two", 0640, {::getuid(), ::getgid()}));
    CHECK(mode_of(path) == 0640);
    CHECK(folder.read("file") == "two");
  }
}

TEST_CASE("a folder is not replaced by a file, and nothing is left behind") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("inner"));
  CHECK_FALSE(write_file(folder.path("inner"), "text", 0644));
  CHECK_FALSE(write_file(folder.path("missing/file"), "text", 0644));
  CHECK_FALSE(write_file_as(folder.path("inner"), "text", 0644, {}));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
