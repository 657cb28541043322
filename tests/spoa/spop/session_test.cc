// The life of a session: handshake, health check, end. NOTIFYs are in session_notify_test.cc.
#include "spop/session.h"

#include <catch2/catch.hpp>
#include <string>

#include "session_fixture.h"

namespace pointsman::test {
namespace {

using spop::TypedValue;

ByteBuffer notify(std::uint64_t stream_id) {
  return notify_frame(stream_id, 1, "pointsman", {{"path", TypedValue::of_text("/")}});
}

TEST_CASE("a HELLO is answered by an AGENT-HELLO, and the session stays") {
  Peer peer;
  const std::vector<Frame> frames = peer.frames_after(hello_frame());
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].type == kAgentHello);
  CHECK(frames[0].flags == 1);
  CHECK(frames[0].stream_id == 0);
  CHECK(frames[0].frame_id == 0);
  const auto keys = read_keys(frames[0]);
  REQUIRE(keys);
  CHECK(keys->at("version").text == "2.0");
  CHECK(keys->at("max-frame-size") == Value{spop::ValueType::kUint32, false, 16380, ""});
  CHECK(keys->at("capabilities").text == "pipelining,fragmentation");
  CHECK(peer.session.established());
  CHECK_FALSE(peer.session.finished());
}

TEST_CASE("the frame size offered is ours when it is lower, and never more than HAProxy's") {
  Peer small(1000);
  CHECK(read_keys(small.frames_after(hello_frame())[0])->at("max-frame-size").integer == 1000);
  Peer large(limits::kFrameSizeMax);
  const Hello least{.max_frame_size = 256};
  CHECK(read_keys(large.frames_after(hello_frame(least))[0])->at("max-frame-size").integer == 256);
}

TEST_CASE("a HELLO that cannot be agreed on is refused with its code") {
  const auto [hello, code] =
      GENERATE(table<Hello, std::string>({{Hello{.versions = "1.0"}, "8"},
                                          {Hello{.versions = "3.0"}, "8"},
                                          {Hello{.max_frame_size = 255}, "9"}}));
  Peer peer;
  CHECK(peer.replies_to(hello_frame(hello)) == Replies{"disconnect " + code});
  CHECK(peer.session.finished());
  CHECK_FALSE(peer.session.established());
}

TEST_CASE("a HELLO that is framed wrongly is refused") {
  const ByteBuffer payload = [] {
    ByteBuffer whole = hello_frame();
    return take_frame(whole)->payload;
  }();
  const auto reply = [&](std::uint32_t flags, std::uint64_t stream_id, std::uint64_t frame_id) {
    return Peer().replies_to(frame(kHello, flags, stream_id, frame_id, payload));
  };
  CHECK(reply(0, 0, 0) == Replies{"disconnect 10"});
  CHECK(reply(kFin, 1, 0) == Replies{"disconnect 4"});
  CHECK(reply(kFin, 0, 1) == Replies{"disconnect 4"});
  CHECK(reply(kFin | 0xfffffffc, 0, 0) == Replies{"hello"});  // reserved flags mean nothing
}

TEST_CASE("nothing but a HELLO may come first") {
  CHECK(Peer().replies_to(notify(1)) == Replies{"disconnect 4"});
  CHECK(Peer().replies_to(frame(kUnset, kFin, 1, 1, {})) == Replies{"disconnect 4"});
  CHECK(Peer().replies_to(frame(200, kFin, 1, 1, {}) + hello_frame()) == Replies{"hello"});
}

TEST_CASE("a second HELLO is refused") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(hello_frame()) == Replies{"disconnect 4"});
  CHECK(peer.session.finished());
}

TEST_CASE("the AGENT-HELLO leaves alone, though NOTIFYs came with the HELLO") {
  Peer peer;
  const auto chunks = peer.chunks_after(hello_frame() + notify(1) + notify(3));
  REQUIRE(chunks.size() == 2);
  ByteBuffer first = from_hex(chunks[0]);
  CHECK(Peer::in_short(*take_frame(first)) == "hello");
  CHECK(first.empty());
  ByteBuffer second = from_hex(chunks[1]);
  CHECK(Peer::in_short(*take_frame(second)) == "ack 1/1");
  CHECK(Peer::in_short(*take_frame(second)) == "ack 3/1");
  CHECK(second.empty());
}

TEST_CASE("the AGENT-HELLO stays alone when it is written in parts") {
  Peer peer;
  peer.session.receive(hello_frame() + notify(1));
  const std::size_t hello_size = peer.session.output().size();
  peer.session.consume_output(hello_size - 1);
  peer.session.receive(notify(3));
  CHECK(peer.session.output().size() == 1);
  peer.session.consume_output(1);
  CHECK(peer.session.output().size() == peer.session.output_size());
  ByteBuffer rest(peer.session.output().begin(), peer.session.output().end());
  CHECK(Peer::in_short(*take_frame(rest)) == "ack 1/1");
  CHECK(Peer::in_short(*take_frame(rest)) == "ack 3/1");
}

TEST_CASE("a health check is answered by an AGENT-HELLO with nothing behind it") {
  const std::string capabilities = GENERATE(as<std::string>(), "", "pipelining");
  Peer peer;
  const Hello check{.capabilities = capabilities, .healthcheck = true, .engine_id = ""};
  CHECK(peer.replies_to(hello_frame(check) + notify(1)) == Replies{"hello"});
  CHECK(peer.session.finished());
  CHECK(peer.counters.health_checks == 1);
  CHECK(peer.handler.asked.empty());
  peer.session.disconnect_normally();
  CHECK(peer.session.output().empty());
}

TEST_CASE("a HELLO whose healthcheck is false is no health check") {
  Peer peer;
  CHECK(peer.replies_to(hello_frame({.healthcheck = false}) + notify(1)) ==
        Replies{"hello", "ack 1/1"});
  CHECK(peer.counters.health_checks == 0);
}

TEST_CASE("while draining, a health check gets no answer at all") {
  Peer peer;
  peer.session.begin_drain();
  CHECK(peer.replies_to(health_check_frame()).empty());
  CHECK(peer.session.finished());
}

TEST_CASE("while draining, handshakes and NOTIFYs are served as before") {
  Peer peer;
  peer.session.begin_drain();
  CHECK(peer.replies_to(hello_frame() + notify(1)) == Replies{"hello", "ack 1/1"});
}

TEST_CASE("HAProxy's DISCONNECT is answered by a DISCONNECT 0, whatever it says") {
  const ByteBuffer bytes =
      GENERATE(disconnect_frame(0), disconnect_frame(3, "too big"), disconnect_frame(4711, ""),
               frame(kDisconnect, kFin, 0, 0, {}), frame(kDisconnect, 0, 0, 0, {}),
               frame(kDisconnect, kFin, 7, 7, from_hex("ff")));
  EstablishedPeer peer;
  CHECK(peer.replies_to(bytes) == Replies{"disconnect 0"});
  CHECK(peer.session.finished());
  CHECK(peer.counters.disconnects_received == 1);
  CHECK(peer.counters.disconnects_sent[0] == 1);
}

TEST_CASE("ACKs leave before the answer to a DISCONNECT that came behind their NOTIFYs") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(notify(1) + notify(3) + disconnect_frame() + notify(5)) ==
        Replies{"ack 1/1", "ack 3/1", "disconnect 0"});
  CHECK(peer.handler.asked.size() == 2);
}

TEST_CASE("a finished session ignores what comes") {
  EstablishedPeer peer;
  peer.replies_to(disconnect_frame());
  CHECK(peer.replies_to(notify(1) + hello_frame() + disconnect_frame()).empty());
}

TEST_CASE("the agent's own end is a DISCONNECT 0 once the handshake is done, silence before") {
  EstablishedPeer peer;
  peer.session.disconnect_normally();
  peer.session.disconnect_normally();
  CHECK(peer.session.finished());
  CHECK(peer.replies_to({}) == Replies{"disconnect 0"});
  Peer early;
  early.session.disconnect_normally();
  CHECK(early.session.finished());
  CHECK(early.session.output().empty());
}

TEST_CASE("only the codes that HAProxy knows are ever sent") {
  const auto code = GENERATE(0, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  Peer peer;
  switch (code) {
    case 0:
      peer.replies_to(hello_frame() + disconnect_frame(77));
      break;
    case 3:
      peer.replies_to(from_hex("7fffffff"));
      break;
    case 4:
      peer.replies_to(notify(1));
      break;
    case 5:
      peer.replies_to(frame(kHello, kFin, 0, 0, {}));
      break;
    case 6:
      peer.replies_to(frame(kHello, kFin, 0, 0, [] {
        ByteBuffer keys;
        put_key(keys, "supported-versions", TypedValue::of_text("2.0"));
        return keys;
      }()));
      break;
    case 7:
      peer.replies_to(frame(kHello, kFin, 0, 0, [] {
        ByteBuffer keys;
        put_key(keys, "supported-versions", TypedValue::of_text("2.0"));
        put_key(keys, "max-frame-size", TypedValue::of_uint32(300));
        return keys;
      }()));
      break;
    case 8:
      peer.replies_to(hello_frame({.versions = "1.0"}));
      break;
    case 9:
      peer.replies_to(hello_frame({.max_frame_size = 1}));
      break;
    case 10:
      peer.replies_to(frame(kHello, 0, 0, 0, {}));
      break;
    case 11:
      peer.replies_to(hello_frame() + frame(kUnset, kFin, 1, 1, {}));
      break;
  }
  for (std::size_t sent = 0; sent < peer.counters.disconnects_sent.size(); ++sent) {
    CHECK(peer.counters.disconnects_sent[sent] == (static_cast<int>(sent) == code ? 1u : 0u));
  }
}

}  // namespace
}  // namespace pointsman::test
