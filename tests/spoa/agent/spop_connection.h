// HAProxy's side of one SPOP connection over a socket.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "support/socket_client.h"
#include "support/spop_client.h"

namespace pointsman::test {

class SpopConnection {
 public:
  explicit SpopConnection(const ListenAddress& agent) : socket_(SocketClient::connected(agent)) {}
  explicit SpopConnection(SocketClient connected) : socket_(std::move(connected)) {}
  static SpopConnection greeted(const ListenAddress& agent) {
    SpopConnection connection(agent);
    connection.send(hello_frame());
    if (connection.receive().type != kAgentHello) throw std::runtime_error("no AGENT-HELLO");
    return connection;
  }

  void send(const ByteBuffer& frames) { socket_.send(frames); }

  // The next frame; one of type 0 at the connection's end.
  Frame receive() {
    for (;;) {
      if (auto taken = take_frame(stream_)) return *taken;
      const ByteBuffer some = socket_.receive_some();
      if (some.empty()) return {};
      append_bytes(stream_, some);
    }
  }
  // The variables of the next frame, which has to be an ACK.
  std::map<std::string, Value> receive_ack() {
    const auto variables = read_ack(receive());
    if (!variables) throw std::runtime_error("no ACK");
    return *variables;
  }
  // Asks for a decision by host, and waits for it.
  std::map<std::string, Value> ask(const Arguments& arguments) {
    send(notify_frame(1, 1, "pointsman", arguments));
    return receive_ack();
  }

  SocketClient& socket() { return socket_; }

 private:
  SocketClient socket_;
  ByteBuffer stream_;
};

}  // namespace pointsman::test
