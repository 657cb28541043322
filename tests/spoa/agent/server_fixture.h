// An AgentServer in this process, with a table of two routes unless a test says otherwise.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/agent_server.h"
#include "spoa/agent/decision_fixture.h"
#include "spoa/agent/spop_connection.h"
#include "support/temporary_folder.h"

namespace pointsman::test {

inline constexpr const char* kShop = "gateway shop sticky\n route a 50%\n route b 50%";

struct ServerFixture {
  explicit ServerFixture(unsigned workers = 2, const net::ConnectionLimits& limits = {}) {
    table.publish(table_of(kShop, 1));
    keys.publish(keys_of(kKey1));
    agent::AgentServerOptions options;
    options.listen = {*ListenAddress::parse("127.0.0.1:0"),
                      *ListenAddress::parse("unix:" + folder.path("spop.sock"))};
    options.workers = workers;
    options.connection = limits;
    auto started = agent::AgentServer::start(options, table, keys);
    REQUIRE(started);
    server = std::move(*started);
  }

  ListenAddress tcp() const { return server->addresses().at(0); }
  ListenAddress unix() const { return server->addresses().at(1); }
  std::vector<ListenAddress> both() const { return server->addresses(); }

  // Where what is waited for happens on a worker's thread.
  void wait_for_open_connections(std::uint64_t count) const {
    while (server->counters().connections_open != count) std::this_thread::yield();
  }

  TemporaryFolder folder;
  Published<routing::RouteTable> table;
  Published<agent::KeyRing> keys;
  std::unique_ptr<agent::AgentServer> server;
};

inline const Arguments kAskShop = {{"gateway", spop::TypedValue::of_text("shop")}};

inline ByteBuffer ask_shop(std::uint64_t stream_id, std::uint64_t frame_id = 1) {
  return notify_frame(stream_id, frame_id, "pointsman", kAskShop);
}

}  // namespace pointsman::test
