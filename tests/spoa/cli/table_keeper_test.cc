#include "cli/table_keeper.h"

#include <catch2/catch.hpp>

#include "cli/table_client.h"
#include "spoa/agent/decision_fixture.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"
#include "table/table_file.h"

using namespace pointsman;
using cli::TableKeeper;

namespace {

struct Fixture {
  explicit Fixture(std::vector<std::string> listen = {}) {
    settings.state = folder.path();
    for (const std::string& address : listen) {
      settings.table.listen.push_back(*ListenAddress::parse(address));
    }
    keeper.emplace(settings);
    REQUIRE(keeper->start());
  }
  void publish(std::uint64_t generation) {
    keeper->publish(test::table_of("gateway shop\n route a 100%", generation),
                    *test::keys_of(test::kKey1));
  }
  std::uint64_t in_file() const {
    const auto stored = table::read_table_file(folder.path("table"));
    return stored ? stored->generation : 0;
  }

  test::TemporaryFolder folder;
  config::Settings settings;
  std::optional<TableKeeper> keeper;
};

}  // namespace

TEST_CASE("the file is written when it is told to be, with what was published last") {
  Fixture fixture;
  CHECK_FALSE(fixture.keeper->file_is_behind());
  fixture.keeper->write_file();
  CHECK(fixture.in_file() == 0);
  fixture.publish(1);
  fixture.publish(2);
  CHECK(fixture.keeper->file_is_behind());
  CHECK(fixture.in_file() == 0);
  fixture.keeper->write_file();
  CHECK_FALSE(fixture.keeper->file_is_behind());
  CHECK(fixture.in_file() == 2);
}

TEST_CASE("a write that failed is told once, tried again, and told when it works again") {
  Fixture fixture;
  const std::string file = fixture.folder.path("table");
  std::filesystem::create_directory(file);
  test::CapturedLog log;
  fixture.publish(1);
  fixture.keeper->write_file();
  CHECK(log.take() == "error: " + file +
                          ": is not a regular file; the file keeps an older table, decisions are "
                          "not affected\n");
  CHECK(fixture.keeper->file_is_behind());
  fixture.publish(2);
  fixture.keeper->write_file();
  CHECK(log.take().empty());
  std::filesystem::remove(file);
  fixture.keeper->write_file();
  CHECK(log.take() == "info: " + file + ": written again\n");
  CHECK(fixture.in_file() == 2);
}

TEST_CASE("an owner that there is not is told, and the file is left alone") {
  Fixture fixture;
  fixture.settings.table.socket_owner = "nobody-of-this-name";
  fixture.keeper.emplace(fixture.settings);
  test::CapturedLog log;
  fixture.publish(1);
  fixture.keeper->write_file();
  CHECK(log.take().find("nobody-of-this-name") != std::string::npos);
  CHECK(fixture.in_file() == 0);
}

TEST_CASE("bridges get what is published, by TCP without keys") {
  const test::TemporaryFolder folder;
  Fixture fixture({"unix:" + folder.path("s"), "127.0.0.1:0"});
  fixture.publish(3);
  const auto addresses = fixture.keeper->server()->addresses();
  const auto keys_from = [](const ListenAddress& address) {
    auto client = cli::TableClient::connect(address.to_text());
    REQUIRE(client);
    const auto fetched = client->fetch("", 0);
    REQUIRE(fetched);
    const auto stored = table::read_table((*fetched)->bytes);
    REQUIRE(stored);
    CHECK(stored->generation == 3);
    return stored->keys.size();
  };
  CHECK(keys_from(addresses[0]) == 1);
  CHECK(keys_from(addresses[1]) == 0);
}
