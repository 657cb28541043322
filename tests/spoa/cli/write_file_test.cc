#include "cli/write_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using pointsman::cli::write_file;
using pointsman::test::TemporaryFolder;

TEST_CASE("a new file has the mode that is asked for, an old one keeps its own") {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  struct stat status {};
  REQUIRE(write_file(path, "one", 0640));
  ::stat(path.c_str(), &status);
  CHECK((status.st_mode & 07777U) == 0640);
  ::chmod(path.c_str(), 0604);
  REQUIRE(write_file(path, "two", 0640));
  ::stat(path.c_str(), &status);
  CHECK((status.st_mode & 07777U) == 0604);
  CHECK(folder.read("file") == "two");
}

TEST_CASE("a folder is not replaced by a file, and nothing is left behind") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("inner"));
  CHECK_FALSE(write_file(folder.path("inner"), "text", 0644));
  CHECK_FALSE(write_file(folder.path("missing/file"), "text", 0644));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
