// A session with a handler that writes down what it was asked, for the tests of Session.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "spop/session.h"
#include "support/spop_client.h"

namespace pointsman::test {

class RecordingHandler : public spop::MessageHandler {
 public:
  void on_message(const spop::Message& message, spop::ActionList& actions) override {
    std::string line(message.name);
    message.for_each_argument([&](const spop::Argument& argument) {
      line += " " + std::string(argument.name) + "=" + std::string(argument.value.text());
    });
    asked.push_back(line);
    if (answer) answer(message, actions);
  }

  std::vector<std::string> asked;  // "pointsman path=/ host=h"
  std::function<void(const spop::Message&, spop::ActionList&)> answer;
};

// Tests of one connection: bytes of HAProxy's in, frames of the agent's out.
struct Peer {
  explicit Peer(std::uint32_t max_frame_size = limits::kFrameSizeMax)
      : session(handler, counters, max_frame_size) {}

  // One receive() for all of `bytes`, then everything that the session sends, one string of hex for
  // each chunk.
  std::vector<std::string> chunks_after(const ByteBuffer& bytes) {
    session.receive(bytes);
    std::vector<std::string> chunks;
    while (!session.output().empty()) {
      chunks.push_back(to_hex(session.output()));
      session.consume_output(session.output().size());
    }
    return chunks;
  }

  std::vector<Frame> frames_after(const ByteBuffer& bytes) {
    ByteBuffer stream;
    for (const std::string& chunk : chunks_after(bytes)) stream = stream + from_hex(chunk);
    std::vector<Frame> frames;
    while (auto taken = take_frame(stream)) frames.push_back(std::move(*taken));
    if (!stream.empty()) frames.push_back({.type = 0});  // half a frame, or none at all
    return frames;
  }

  // What the frames say, in short: "hello", "ack 5/1", "ack 5/1 abort", "disconnect 4".
  std::vector<std::string> replies_to(const ByteBuffer& bytes) {
    std::vector<std::string> texts;
    for (const Frame& reply : frames_after(bytes)) texts.push_back(in_short(reply));
    return texts;
  }

  static std::string in_short(const Frame& reply) {
    const auto ids = std::to_string(reply.stream_id) + "/" + std::to_string(reply.frame_id);
    if (reply.type == kAgentHello) return "hello";
    if (reply.type == kAck) {
      const auto variables = read_ack(reply);
      const bool valid = variables && variables->contains("txn.ack") && (reply.flags & kFin);
      return "ack " + ids + (reply.flags & kAbort ? " abort" : "") + (valid ? "" : " INVALID");
    }
    const auto keys = read_keys(reply);
    if (reply.type != kAgentDisconnect || reply.flags != kFin || ids != "0/0" || !keys ||
        keys->count("status-code") + keys->count("message") != 2) {
      return "INVALID";
    }
    return "disconnect " + std::to_string(keys->at("status-code").integer);
  }

  RecordingHandler handler;
  spop::SessionCounters counters;
  spop::Session session;
};

// The same after a handshake.
struct EstablishedPeer : Peer {
  explicit EstablishedPeer(std::uint32_t max_frame_size = 16380) {
    chunks_after(hello_frame({.max_frame_size = max_frame_size}));
  }
};

using Replies = std::vector<std::string>;

}  // namespace pointsman::test
