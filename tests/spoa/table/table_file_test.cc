#include "table/table_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "spoa/table/table_fixture.h"
#include "support/temporary_folder.h"
#include "table/table_writer.h"

using namespace pointsman;
using table::read_table_file;
using table::write_table_file;
using test::TemporaryFolder;

namespace {

ByteBuffer some_table() {
  return *table::write_table(*test::table_of("gateway shop\n route a 100%\n"), test::two_keys());
}

std::string fault(const std::string& path) {
  const auto stored = read_table_file(path);
  return stored ? "" : stored.error().message;
}

unsigned mode_of(const std::string& path) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 ? file.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("a table's file is read as it was written") {
  const TemporaryFolder folder;
  const std::string path = folder.path("table");
  REQUIRE(write_table_file(path, some_table(), {}));
  const auto stored = read_table_file(path);
  REQUIRE(stored);
  CHECK(stored->keys == test::two_keys());
  CHECK(stored->gateways.at(0).name == "shop");
}

TEST_CASE("the file is its owner's and group's, also where another was there") {
  const TemporaryFolder folder;
  const std::string path = folder.write("table", "old", 0666);
  REQUIRE(write_table_file(path, some_table(), {::getuid(), ::getgid()}));
  CHECK(mode_of(path) == 0640);
  CHECK(fault(path).empty());
}

TEST_CASE("what can't be read or written is told with its path and why") {
  const TemporaryFolder folder;
  const std::string path = folder.path("table");
  CHECK(fault(path) == path + ": No such file or directory");
  CHECK(fault(folder.path()) == folder.path() + ": not a regular file");
  CHECK(fault(folder.write("table", "no table")) ==
        path + ": record 0: its length is 1852776564, wanted 1 to 4194304");
  CHECK(fault(folder.write("table", "")) == path + ": the table is empty");
  const std::string nowhere = folder.path("gone/table");
  const Outcome written = write_table_file(nowhere, some_table(), {});
  REQUIRE_FALSE(written);
  CHECK(written.error().message == nowhere + ": cannot write: No such file or directory");
}
