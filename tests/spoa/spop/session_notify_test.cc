#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "session_fixture.h"

namespace pointsman::test {
namespace {

using spop::Scope;
using spop::TypedValue;

TEST_CASE("each NOTIFY has exactly one ACK with the same ids") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(notify_frame(0, 1, "m")) == Replies{"ack 0/1"});
  CHECK(peer.replies_to(notify_frame(300, 2, "m")) == Replies{"ack 300/2"});
  CHECK(peer.replies_to(notify_frame(0xffffffff, 0x7fffffff, "m")) ==
        Replies{"ack 4294967295/2147483647"});
  CHECK(peer.replies_to(notify_frame(~std::uint64_t{0}, ~std::uint64_t{0}, "m")) ==
        Replies{"ack 18446744073709551615/18446744073709551615"});
  CHECK(peer.counters.notifies == 4);
  CHECK(peer.counters.frames_received == 5);
}

TEST_CASE("an ACK is never empty: it sets ack before all else") {
  EstablishedPeer peer;
  const auto chunks = peer.chunks_after(notify_frame(0, 1, "unknown-message"));
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0] == to_hex(from_hex("0000000f 67 00000001 00 01 01 03 02 03 61636b 11")));
}

TEST_CASE("the handler sees name and arguments, and its variables reach the ACK") {
  EstablishedPeer peer;
  peer.handler.answer = [](const spop::Message&, spop::ActionList& actions) {
    actions.set(Scope::kTransaction, "route", TypedValue::of_text("a"));
    actions.unset(Scope::kTransaction, "gone");
    actions.set(Scope::kSession, "gen", TypedValue::of_int64(7));
  };
  const auto frames = peer.frames_after(notify_frame(1, 1, "m-route",
                                                     {{"path", TypedValue::of_text("/x")},
                                                      {"host", TypedValue::of_text("h")},
                                                      {"ck", TypedValue::null()}}));
  CHECK(peer.handler.asked == Replies{"m-route path=/x host=h ck="});
  REQUIRE(frames.size() == 1);
  const auto variables = read_ack(frames[0]);
  REQUIRE(variables);
  CHECK(variables->size() == 3);
  CHECK(variables->at("txn.ack").boolean);
  CHECK(variables->at("txn.route").text == "a");
  CHECK(variables->at("sess.gen").integer == 7);
}

TEST_CASE("all messages of a NOTIFY are handled in order and share one ACK") {
  EstablishedPeer peer;
  const ByteBuffer payload =
      message("a") + message("b", {{"x", TypedValue::of_text("1")}}) + message("a");
  CHECK(peer.replies_to(frame(kNotify, kFin, 1, 1, payload)) == Replies{"ack 1/1"});
  CHECK(peer.handler.asked == Replies{"a", "b x=1", "a"});
}

TEST_CASE("a NOTIFY without a message is acknowledged too") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(frame(kNotify, kFin, 1, 1, {})) == Replies{"ack 1/1"});
  CHECK(peer.handler.asked.empty());
}

TEST_CASE("ABORT on a NOTIFY that came whole means nothing") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(frame(kNotify, kFin | kAbort, 1, 1, message("m"))) == Replies{"ack 1/1"});
  CHECK(peer.handler.asked == Replies{"m"});
}

TEST_CASE("two events of one stream are two NOTIFYs") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(notify_frame(5, 1, "request") + notify_frame(5, 2, "response")) ==
        Replies{"ack 5/1", "ack 5/2"});
}

TEST_CASE("a malformed NOTIFY ends the session before the handler sees any of it") {
  const std::string payload = GENERATE(as<std::string>(),
                                       "01 6d 01",                    // an argument is missing
                                       "01 6d 02 01 61 00",           // one of two
                                       "01 6d 00 ff",                 // a byte behind the message
                                       "01 6d 01 01 61 0a",           // an unknown type
                                       "01 6d 01 01 61 08 05 61",     // a text that is cut
                                       "01 6d 01 01 61 06 7f0000",    // an address that is cut
                                       "01 6d 01 01 61 07 20010db8",  //
                                       "01 6d 01 f0808080808080808080 61",  // an endless varint
                                       "fff0f0fdfefefefefe0e 6d 00");       // a name of nearly 2^64
  CAPTURE(payload);
  EstablishedPeer peer;
  CHECK(peer.replies_to(frame(kNotify, kFin, 1, 1, message("good") + from_hex(payload))) ==
        Replies{"disconnect 4"});
  CHECK(peer.handler.asked.empty());
  CHECK(peer.session.finished());
}

TEST_CASE("a NOTIFY whose header is cut ends the session") {
  const std::string header = GENERATE(as<std::string>(), "03 00000001 f0 80", "03 00000001 01 f0",
                                      "03 00000001 ffffffffffffffffffffff 01");
  EstablishedPeer peer;
  const ByteBuffer body = from_hex(header);
  ByteBuffer bytes;
  append_u32(bytes, static_cast<std::uint32_t>(body.size()));
  CHECK(peer.replies_to(bytes + body) == Replies{"disconnect 4"});
}

TEST_CASE("64 NOTIFYs in one read are answered in one chunk, in their order") {
  EstablishedPeer peer;
  ByteBuffer burst;
  for (std::uint64_t id = 1; id <= 64; ++id) burst = burst + notify_frame(2 * id, 1, "m");
  const auto chunks = peer.chunks_after(burst);
  REQUIRE(chunks.size() == 1);
  ByteBuffer stream = from_hex(chunks[0]);
  for (std::uint64_t id = 1; id <= 64; ++id) {
    const auto reply = take_frame(stream);
    REQUIRE(reply);
    CHECK(reply->stream_id == 2 * id);
  }
  CHECK(stream.empty());
}

TEST_CASE("without pipelining, one NOTIFY after the other is served") {
  Peer peer;
  CHECK(peer.replies_to(hello_frame({.capabilities = ""})) == Replies{"hello"});
  CHECK(peer.replies_to(notify_frame(1, 1, "m")) == Replies{"ack 1/1"});
  CHECK(peer.replies_to(notify_frame(3, 1, "m")) == Replies{"ack 3/1"});
}

TEST_CASE("a handler that throws costs its own variables and nothing else") {
  EstablishedPeer peer;
  peer.handler.answer = [](const spop::Message& message, spop::ActionList& actions) {
    actions.set(Scope::kTransaction, "route", TypedValue::of_text("half done"));
    if (message.name == "bad") throw std::runtime_error("no");
  };
  const auto frames = peer.frames_after(notify_frame(1, 1, "bad") + notify_frame(3, 1, "good"));
  REQUIRE(frames.size() == 2);
  CHECK(read_ack(frames[0])->size() == 1);
  CHECK(read_ack(frames[0])->contains("txn.ack"));
  CHECK(read_ack(frames[1])->contains("txn.route"));
  CHECK(peer.counters.handler_failures == 1);
  CHECK_FALSE(peer.session.finished());
}

TEST_CASE("frames of an unknown type are skipped whole") {
  const auto type = GENERATE(4, 50, 100, 104, 255);
  EstablishedPeer peer;
  const ByteBuffer rubbish = from_hex("ffffffffffffffffffffffffffffffff");
  CHECK(peer.replies_to(frame(static_cast<std::uint8_t>(type), 0, 1, 1, rubbish) +
                        notify_frame(1, 1, "m")) == Replies{"ack 1/1"});
}

TEST_CASE("a frame that only agents send ends the session") {
  const auto type = GENERATE(101, 102, 103);
  EstablishedPeer peer;
  CHECK(peer.replies_to(frame(static_cast<std::uint8_t>(type), kFin, 0, 0, {})) ==
        Replies{"disconnect 4"});
}

}  // namespace
}  // namespace pointsman::test
