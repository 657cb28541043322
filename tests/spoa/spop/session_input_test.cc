// The same bytes mean the same, however they are cut into reads; and damaged bytes never do harm.
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "captures.h"
#include "session_fixture.h"

namespace pointsman::test {
namespace {

using spop::TypedValue;

ByteBuffer whole_connection() {
  return hello_frame() + notify_frame(1, 1, "m", {{"path", TypedValue::of_text("/")}}) +
         frame(kNotify, 0, 3, 1, from_hex("01")) + frame(kUnset, kFin, 3, 1, from_hex("02")) +
         frame(77, 0, 0, 0, from_hex("010203")) + notify_frame(300, 2, "m") + disconnect_frame();
}

// All that a session sends when `stream` comes in parts of the sizes that `next_size` gives.
template <class NextSize>
std::string sent_after(const ByteBuffer& stream, NextSize next_size) {
  Peer peer;
  std::string sent;
  for (Bytes rest(stream); !rest.empty();) {
    const Bytes part = rest.first(std::min<std::size_t>(next_size(), rest.size()));
    rest = rest.subspan(part.size());
    for (const auto& chunk : peer.chunks_after({part.begin(), part.end()})) sent += chunk;
  }
  return sent;
}

TEST_CASE("a connection cut in two at any byte is answered as if it had come at once") {
  const ByteBuffer stream = whole_connection();
  const std::string expected = sent_after(stream, [&] { return stream.size(); });
  CHECK(Peer().replies_to(stream) ==
        Replies{"hello", "ack 1/1", "ack 3/1 abort", "ack 300/2", "disconnect 0"});
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    bool first = true;
    const std::string sent =
        sent_after(stream, [&] { return std::exchange(first, false) ? cut : stream.size(); });
    if (sent != expected) FAIL("cut at " << cut << ": " << sent);
  }
}

TEST_CASE("a connection that comes byte by byte, or in random parts, is answered the same") {
  const ByteBuffer stream = whole_connection();
  const std::string expected = sent_after(stream, [&] { return stream.size(); });
  CHECK(sent_after(stream, [] { return std::size_t{1}; }) == expected);
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    const std::string sent = sent_after(stream, [&] { return std::size_t{1 + random() % 40}; });
    if (sent != expected) FAIL(sent);
  }
}

// What must hold whatever comes: each frame has at most one reply, only DISCONNECT may come for
// bytes that are no frame, and it is the last.
void check_replies(Peer& peer, const ByteBuffer& bytes) {
  const std::uint64_t frames_before = peer.counters.frames_received;
  const Replies replies = peer.replies_to(bytes);
  std::size_t disconnects = 0;
  for (const std::string& reply : replies) {
    const bool is_disconnect = reply.starts_with("disconnect ");
    disconnects += is_disconnect ? 1 : 0;
    if (reply.find("INVALID") != std::string::npos ||
        (is_disconnect && &reply != &replies.back())) {
      FAIL("replies: " << Catch::Detail::stringify(replies));
    }
  }
  if (replies.size() - disconnects > peer.counters.frames_received - frames_before ||
      (disconnects > 0) > peer.session.finished()) {
    FAIL("replies: " << Catch::Detail::stringify(replies));
  }
}

TEST_CASE("no single damaged byte of a captured frame does harm") {
  const std::string version = GENERATE(from_range(kCapturedVersions));
  const std::string kind = GENERATE("healthcheck", "hello", "notify", "fragments", "disconnect");
  const auto frames = captured(version, kind);
  const bool opens = kind == "healthcheck" || kind == "hello";
  for (std::size_t number = 0; number < frames.size(); ++number) {
    for (std::size_t at = 0; at < frames[number].size(); ++at) {
      const std::uint8_t good = frames[number][at];
      for (const int change : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, int{good}}) {
        ByteBuffer damaged = frames[number];
        damaged[at] = static_cast<std::uint8_t>(good ^ change);
        CAPTURE(version, kind, number, at, change);
        Peer peer;
        if (!opens) peer.session.receive(hello_frame());
        for (std::size_t i = 0; i < number; ++i) peer.session.receive(frames[i]);
        peer.session.consume_output(peer.session.output().size());
        if (!peer.session.output().empty()) {
          peer.session.consume_output(peer.session.output().size());
        }
        check_replies(peer, damaged);
      }
    }
  }
}

TEST_CASE("whatever the handler sets, ACKs are well-formed and no larger than agreed") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    const std::uint32_t size = 256 + static_cast<std::uint32_t>(random() % 2000);
    EstablishedPeer peer(size);
    peer.handler.answer = [&](const spop::Message&, spop::ActionList& actions) {
      for (auto count = random() % 20; count > 0; --count) {
        const std::string name(1 + random() % 60, static_cast<char>('a' + random() % 26));
        const std::string text(random() % 600, static_cast<char>(random()));
        const auto scope = static_cast<spop::Scope>(random() % 5);
        switch (random() % 4) {
          case 0:
            actions.unset(scope, name);
            break;
          case 1:
            actions.set(scope, name, TypedValue::of_int64(static_cast<std::int64_t>(random())));
            break;
          default:
            actions.set(scope, name, TypedValue::of_text(text));
        }
      }
    };
    const auto replies =
        peer.frames_after(notify_frame(random(), random(), "m") + notify_frame(random(), 1, "m"));
    REQUIRE(replies.size() == 2);
    for (const Frame& reply : replies) {
      CHECK(reply.length <= size);
      CHECK(read_ack(reply));
    }
  }
}

}  // namespace
}  // namespace pointsman::test
