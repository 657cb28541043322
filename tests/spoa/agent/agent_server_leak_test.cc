// What connections leave behind in an agent that they come to and go from: nothing.
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>

#include "spoa/agent/server_fixture.h"
#include "support/sanitizer.h"

namespace pointsman::agent {
namespace {

using test::ServerFixture;
using test::SocketClient;

constexpr int kClients = 4;
constexpr int kConnectionsEach = test::kSanitized ? 500 : 25000;
constexpr int kWarmUpEach = 500;
// What allocators keep aside. One byte lost for each connection is fifty times as much.
constexpr std::size_t kSpareBytes = 64 * 1024;

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

std::size_t allocated_bytes() {
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

// Connects and goes, each time in another way; false when an answer did not come.
bool come_and_go(const ListenAddress& agent, int times) {
  for (int i = 0; i < times; ++i) {
    SocketClient client = SocketClient::connected(agent);
    if (i % 4 == 3) continue;  // without a word
    client.send(i % 4 == 2 ? test::health_check_frame() : test::hello_frame());
    if (client.receive_some(512).empty()) return false;
    if (i % 4 == 1) client.send(test::ask_shop(1));  // and does not wait for the answer
  }
  return true;
}

bool all_come_and_go(const ServerFixture& fixture, int times_each) {
  std::atomic<int> served = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] { served += come_and_go(fixture.unix(), times_each) ? 1 : 0; });
  }
  for (std::thread& client : clients) client.join();
  fixture.wait_for_open_connections(0);
  return served == kClients;
}

}  // namespace

TEST_CASE("connections leave no descriptor and no memory behind") {
  const ServerFixture fixture(2);
  REQUIRE(all_come_and_go(fixture, kWarmUpEach));
  const std::size_t descriptors = open_descriptors();
  const std::size_t bytes = allocated_bytes();
  CHECK(all_come_and_go(fixture, kConnectionsEach));
  CHECK(open_descriptors() == descriptors);
  CHECK(allocated_bytes() <= bytes + kSpareBytes);
  CHECK(fixture.server->counters().connections_accepted ==
        kClients * (kWarmUpEach + kConnectionsEach));
}

}  // namespace pointsman::agent
