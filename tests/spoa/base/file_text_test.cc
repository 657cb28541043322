#include "base/file_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

using namespace pointsman;

namespace {

std::string refusal(const std::string& path, std::size_t most = 100) {
  const auto text = read_file_text(path, most);
  return text ? "read" : text.error().message;
}

}  // namespace

TEST_CASE("a file of the limit's size is read, one byte more is refused") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("f", std::string(100, 'x'));
  CHECK(read_file_text(path, 100).value().size() == 100);
  CHECK(refusal(path, 99) == "the file has more than 99 bytes");
}

TEST_CASE("what is no regular file is refused without waiting for it") {
  const test::TemporaryFolder folder;
  CHECK(refusal(folder.path("none")) == "No such file or directory");
  CHECK(refusal(folder.path()) == "not a regular file");
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  CHECK(refusal(folder.path("fifo")) == "not a regular file");
}

TEST_CASE("an empty file is an empty text") {
  const test::TemporaryFolder folder;
  CHECK(read_file_text(folder.write("f", ""), 100).value().empty());
}
