// What a peer cannot make a session do: hold more memory than a frame, run without end, allocate
// for each request.
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <string>

#include "session_fixture.h"
#include "support/allocation_count.h"
#include "support/sanitizer.h"

namespace {

std::size_t allocations = 0;
std::size_t largest_allocation = 0;
std::size_t frees = 0;

void* counted(std::size_t size) noexcept {
  ++allocations;
  largest_allocation = std::max(largest_allocation, size);
  return std::malloc(size);
}

void* counted_or_throw(std::size_t size) {
  if (void* const memory = counted(size)) return memory;
  throw std::bad_alloc();
}

void free_counted(void* memory) noexcept {
  if (memory != nullptr) ++frees;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted_or_throw(size); }
void* operator new[](std::size_t size) { return counted_or_throw(size); }
// The sanitizers bring their own of these two, which would not match the deletes.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { free_counted(memory); }
void operator delete[](void* memory) noexcept { free_counted(memory); }
void operator delete(void* memory, std::size_t) noexcept { free_counted(memory); }
void operator delete[](void* memory, std::size_t) noexcept { free_counted(memory); }

std::size_t pointsman::test::allocation_count() { return allocations; }

namespace pointsman::test {
namespace {

using spop::TypedValue;

struct Silent : spop::MessageHandler {
  void on_message(const spop::Message&, spop::ActionList&) override {}
};

// A NOTIFY whose length prefix says `length`.
ByteBuffer notify_of(std::size_t length) {
  const std::string filler(length, 'x');
  for (std::size_t text = length - 20; text < length; ++text) {
    const ByteBuffer bytes = notify_frame(
        1, 1, "m", {{"a", TypedValue::of_text(std::string_view(filler).substr(0, text))}});
    if (bytes.size() == length + 4) return bytes;
  }
  FAIL("no NOTIFY has this length");
  return {};
}

TEST_CASE("a frame of the negotiated size is served, one byte more is too big") {
  const std::uint32_t size = GENERATE(256u, 1000u, 16380u, 65532u);
  EstablishedPeer fits(size);
  CHECK(fits.replies_to(notify_of(size)) == Replies{"ack 1/1"});
  EstablishedPeer exceeds(size);
  CHECK(exceeds.replies_to(notify_of(size + 1)) == Replies{"disconnect 3"});
  CHECK(exceeds.session.finished());
  CHECK(exceeds.handler.asked.empty());
}

TEST_CASE("a frame shorter than its header can be is invalid, at any moment") {
  const auto length = GENERATE(range(0u, 7u));
  const std::uint8_t type = GENERATE(as<std::uint8_t>(), kHello, kNotify, 200);
  ByteBuffer bytes;
  append_u32(bytes, length);
  bytes.insert(bytes.end(), length, type);
  CHECK(Peer().replies_to(bytes) == Replies{"disconnect 4"});
  CHECK(EstablishedPeer().replies_to(bytes) == Replies{"disconnect 4"});
}

TEST_CASE("a length beyond the limit is refused as soon as it is known") {
  const std::string length = GENERATE(as<std::string>(), "7fffffff", "ffffffff", "00010000");
  Peer peer;
  CHECK(peer.replies_to(from_hex(length)) == Replies{"disconnect 3"});
  CHECK(peer.session.finished());
}

TEST_CASE("a HELLO that offers 2^31-1 bytes, and a length that promises much, allocate nothing") {
  Peer peer;
  const ByteBuffer hello = hello_frame({.max_frame_size = 0x7fffffff});
  const ByteBuffer promise = from_hex("0000fffc 03 00000001 01");
  largest_allocation = 0;
  peer.session.receive(hello);
  peer.session.consume_output(peer.session.output().size());
  peer.session.receive(promise);
  const std::size_t largest = largest_allocation;
  CHECK(largest < 1000);
}

TEST_CASE("a frame that comes byte by byte never takes more than its own size") {
  EstablishedPeer peer(16380);
  const ByteBuffer bytes = notify_of(16380);
  largest_allocation = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i)
    peer.session.receive(Bytes(bytes).subspan(i, 1));
  const std::size_t largest = largest_allocation;
  CHECK(largest <= 16380 + 4);
  CHECK(peer.replies_to({bytes.back()}) == Replies{"ack 1/1"});
}

TEST_CASE("an answer never outgrows the negotiated frame size: what does not fit is left out") {
  const std::uint32_t size = GENERATE(256u, 257u, 300u, 16380u, 65532u);
  EstablishedPeer peer(size);
  int set = 0;
  peer.handler.answer = [&](const spop::Message&, spop::ActionList& actions) {
    const std::string value(20, 'v');
    while (actions.set(spop::Scope::kTransaction, "v" + std::to_string(set),
                       TypedValue::of_text(value))) {
      ++set;
    }
  };
  const auto frames =
      peer.frames_after(notify_frame(1, 1, "m") + notify_frame(~std::uint64_t{0}, 1, "m"));
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].length <= size);
  CHECK(frames[0].length + 40 > size);
  CHECK(frames[1].length <= size);
  CHECK(read_ack(frames[0])->size() + read_ack(frames[1])->size() ==
        static_cast<std::size_t>(set) + 2);
}

TEST_CASE("1 MiB may wait for a slow reader; beyond, all is dropped and the session finished") {
  EstablishedPeer peer(65532);
  // An ACK of 65536 bytes with its length, so that 16 of them make 1 MiB exactly.
  const std::string filler(65532, 'v');
  peer.handler.answer = [&](const spop::Message&, spop::ActionList& actions) {
    for (std::size_t size = filler.size(); size > 65000; --size) {
      const auto value = TypedValue::of_text(std::string_view(filler).substr(0, size));
      if (actions.set(spop::Scope::kTransaction, "v", value)) break;
    }
  };
  for (int i = 0; i < 16; ++i) peer.session.receive(notify_frame(1, 1, "m"));
  CHECK(peer.session.output_size() == limits::kOutputBufferBytes);
  CHECK_FALSE(peer.session.finished());
  peer.handler.answer = {};
  peer.session.receive(notify_frame(3, 1, "m") + notify_frame(5, 1, "m"));
  CHECK(peer.session.finished());
  CHECK(peer.session.output().empty());
  CHECK(peer.session.output_size() == 0);
  CHECK(peer.counters.slow_readers_closed == 1);
  CHECK(peer.counters.notifies == 17);
}

TEST_CASE("output that a slow reader takes in small parts comes out whole and in order") {
  EstablishedPeer peer;
  ByteBuffer seen;
  const auto take = [&](std::size_t most) {
    const Bytes waiting = peer.session.output();
    const Bytes part = waiting.first(std::min(most, waiting.size()));
    append_bytes(seen, part);
    peer.session.consume_output(part.size());
  };
  for (std::uint64_t id = 1; id <= 200; ++id) {
    peer.session.receive(notify_frame(id, 1, "m"));
    take(id % 23);
  }
  while (peer.session.output_size() > 0) take(7);
  for (std::uint64_t id = 1; id <= 200; ++id) {
    const auto reply = take_frame(seen);
    REQUIRE(reply);
    CHECK(Peer::in_short(*reply) == "ack " + std::to_string(id) + "/1");
  }
  CHECK(seen.empty());
}

TEST_CASE("a reader that is always one byte behind makes no buffer grow") {
  Silent silent;
  spop::SessionCounters counters;
  spop::Session session(silent, counters);
  session.receive(hello_frame());
  session.consume_output(session.output().size());
  const ByteBuffer bytes = notify_frame(1, 1, "m");
  session.receive(bytes);
  largest_allocation = 0;
  for (int i = 0; i < 10000; ++i) {
    session.consume_output(session.output_size() - 1);
    session.receive(bytes);
  }
  const std::size_t largest = largest_allocation;
  CHECK(largest < 1000);
}

TEST_CASE("a buffer of 32 KiB is kept for reuse, a larger one is given back") {
  const auto [frame_size, kept] = GENERATE(table<std::uint32_t, bool>(
      {{limits::kIdleBufferBytes - 4, true}, {limits::kIdleBufferBytes - 3, false}}));
  const ByteBuffer bytes = notify_of(frame_size);
  Silent silent;
  spop::SessionCounters counters;
  spop::Session session(silent, counters);
  session.receive(hello_frame({.max_frame_size = frame_size}));
  const auto serve = [&] {
    while (session.output_size() > 0) session.consume_output(session.output().size());
    session.receive(Bytes(bytes).first(bytes.size() - 1));
    session.receive(Bytes(bytes).last(1));
  };
  serve();
  const std::size_t before = allocation_count();
  serve();
  const std::size_t after = allocation_count();
  CHECK((after == before) == kept);
}

TEST_CASE("in steady state a NOTIFY costs no allocation, whole or split") {
  struct Handler : spop::MessageHandler {
    void on_message(const spop::Message& message, spop::ActionList& actions) override {
      message.for_each_argument([&](const spop::Argument& argument) {
        actions.set(spop::Scope::kTransaction, argument.name, argument.value);
      });
    }
  } handler;
  spop::SessionCounters counters;
  spop::Session session(handler, counters);
  session.receive(hello_frame());
  session.consume_output(session.output().size());
  const ByteBuffer bytes = notify_frame(1, 1, "pointsman",
                                        {{"path", TypedValue::of_text("/shoes")},
                                         {"host", TypedValue::of_text("shop.example")},
                                         {"port", TypedValue::of_int64(8080)}});
  const auto serve = [&](std::size_t first) {
    session.receive(Bytes(bytes).first(first));
    session.receive(Bytes(bytes).subspan(first));
    session.consume_output(session.output().size());
  };
  for (std::size_t split = 0; split < bytes.size(); ++split) serve(split);
  const std::size_t before = allocation_count();
  for (std::size_t split = 0; split < bytes.size(); ++split) serve(split);
  const std::size_t after = allocation_count();
  CHECK(after == before);
  CHECK(counters.notifies == 2 * bytes.size());
}

TEST_CASE("a million sessions give all their memory back, however they end") {
  constexpr std::size_t kSessions = kSanitized ? 10000 : 1000000;
  Silent silent;
  spop::SessionCounters counters;
  const std::array<ByteBuffer, 4> inputs = {
      health_check_frame(), hello_frame(),
      hello_frame() + notify_frame(1, 1, "m") + disconnect_frame(),
      ByteBuffer{0, 0, 1, 0, 1}};  // cut in its first frame
  const std::size_t held = allocations - frees;
  for (std::size_t i = 0; i < kSessions; ++i) {
    spop::Session session(silent, counters);
    session.receive(inputs[i % inputs.size()]);
    session.consume_output(session.output().size());
  }
  CHECK(allocations - frees == held);
  CHECK(counters.health_checks == kSessions / 4);
  CHECK(counters.notifies == kSessions / 4);
}

}  // namespace
}  // namespace pointsman::test
