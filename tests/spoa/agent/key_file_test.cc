#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/key_ring.h"
#include "spoa/agent/decision_fixture.h"
#include "support/temporary_folder.h"

namespace pointsman::agent {
namespace {

using test::kKey1;
using test::TemporaryFolder;

unsigned mode_of(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 ? file.st_mode & 07777u : 0;
}

std::size_t files_in(const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

}  // namespace

TEST_CASE("where there is no key file one is made for its owner alone, with its folder") {
  const TemporaryFolder folder;
  const std::string path = folder.path("state/sticky.keys");
  bool created = false;
  REQUIRE(KeyRing::load_or_create(path, created));
  CHECK(created);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(folder.path("state")) == 0750);
  CHECK(files_in(folder.path("state")) == 1);
  CHECK(folder.read("state/sticky.keys").starts_with("1 "));
}

TEST_CASE("a key file that is there is read and left as it is") {
  const TemporaryFolder folder;
  const std::string path = folder.write("sticky.keys", kKey1, 0640);
  bool created = true;
  REQUIRE(KeyRing::load_or_create(path, created));
  CHECK_FALSE(created);
  CHECK(folder.read("sticky.keys") == kKey1);
  CHECK(mode_of(path) == 0640);
}

TEST_CASE("a key file with an error is not replaced") {
  const TemporaryFolder folder;
  const std::string path = folder.write("sticky.keys", "rubbish\n", 0600);
  bool created = true;
  const auto keys = KeyRing::load_or_create(path, created);
  REQUIRE_FALSE(keys);
  CHECK(keys.error().message.starts_with(path + ":1: "));
  CHECK(folder.read("sticky.keys") == "rubbish\n");
}

TEST_CASE("a key file that everybody may read or write is refused") {
  const TemporaryFolder folder;
  for (const mode_t mode : {0644u, 0604u, 0602u}) {
    const auto keys = KeyRing::load(folder.write("sticky.keys", kKey1, mode));
    REQUIRE_FALSE(keys);
    CHECK(keys.error().message.ends_with("lets everybody in; wanted 0600 or 0640"));
  }
  CHECK(KeyRing::load(folder.write("sticky.keys", kKey1, 0640)));
}

TEST_CASE("a key file that is missing, a folder, or in a folder that cannot be made is an error") {
  const TemporaryFolder folder;
  CHECK_FALSE(KeyRing::load(folder.path("none")));
  CHECK_FALSE(KeyRing::load(folder.path()));
  bool created = true;
  CHECK_FALSE(KeyRing::load_or_create(folder.path("no/such/folder/keys"), created));
  CHECK_FALSE(created);
}

TEST_CASE("a key file may have 64 KiB and not more") {
  const TemporaryFolder folder;
  const std::string comment(limits::kKeyFileBytes - std::string_view(kKey1).size(), '#');
  CHECK(KeyRing::load(folder.write("sticky.keys", kKey1 + comment, 0600)));
  const auto refused = KeyRing::load(folder.write("sticky.keys", kKey1 + comment + "#", 0600));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.ends_with("more than 65536 bytes"));
}

}  // namespace pointsman::agent
