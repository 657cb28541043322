#include <catch2/catch.hpp>
#include <string>

#include "session_fixture.h"

namespace pointsman::test {
namespace {

const ByteBuffer kPart = from_hex("07 6d2d726f");  // the start of a message

ByteBuffer first_fragment(std::uint64_t stream_id) {
  return frame(kNotify, 0, stream_id, 1, kPart);
}
ByteBuffer fragment(std::uint64_t stream_id, std::uint32_t flags) {
  return frame(kUnset, flags, stream_id, 1, kPart);
}

TEST_CASE("the first fragment of a NOTIFY is answered at once by an ACK that aborts it") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(first_fragment(7)) == Replies{"ack 7/1 abort"});
  CHECK(peer.handler.asked.empty());
  CHECK(peer.counters.aborted_fragments == 1);
  CHECK(peer.counters.notifies == 0);
}

TEST_CASE("the fragments that follow are swallowed, and their neighbours are served") {
  EstablishedPeer peer;
  peer.replies_to(first_fragment(7));
  CHECK(peer.replies_to(fragment(7, 0)).empty());
  CHECK(peer.replies_to(notify_frame(9, 1, "m")) == Replies{"ack 9/1"});
  CHECK(peer.replies_to(fragment(7, kFin)).empty());
  CHECK(peer.replies_to(notify_frame(11, 1, "m")) == Replies{"ack 11/1"});
}

TEST_CASE("HAProxy giving up a fragmented NOTIFY ends it without another ACK") {
  const std::uint32_t flags = GENERATE(kFin | kAbort, kAbort);
  EstablishedPeer peer;
  peer.replies_to(first_fragment(7));
  CHECK(peer.replies_to(fragment(7, flags)).empty());
  CHECK_FALSE(peer.session.finished());
  CHECK(peer.replies_to(first_fragment(7)) == Replies{"ack 7/1 abort"});
}

TEST_CASE("a fragment without a start ends the session") {
  EstablishedPeer peer;
  CHECK(peer.replies_to(fragment(7, kFin)) == Replies{"disconnect 11"});
}

TEST_CASE("a fragment behind the last one, or of other ids, ends the session") {
  EstablishedPeer late;
  late.replies_to(first_fragment(7) + fragment(7, kFin));
  CHECK(late.replies_to(fragment(7, kFin)) == Replies{"disconnect 11"});
  EstablishedPeer other;
  other.replies_to(first_fragment(7));
  CHECK(other.replies_to(fragment(8, 0)) == Replies{"disconnect 11"});
  EstablishedPeer other_frame;
  other_frame.replies_to(first_fragment(7));
  CHECK(other_frame.replies_to(frame(kUnset, 0, 7, 2, kPart)) == Replies{"disconnect 11"});
}

TEST_CASE("a NOTIFY with the ids of one that was aborted ends the session") {
  const std::uint32_t flags = GENERATE(0u, kFin);
  EstablishedPeer peer;
  peer.replies_to(first_fragment(7));
  CHECK(peer.replies_to(frame(kNotify, flags, 7, 1, message("m"))) == Replies{"disconnect 11"});
}

TEST_CASE("64 aborted NOTIFYs are remembered at once; one more makes the oldest forgotten") {
  EstablishedPeer full;
  for (std::uint64_t id = 0; id < limits::kFragmentedNotifies; ++id) {
    CHECK(full.replies_to(first_fragment(id)) == Replies{"ack " + std::to_string(id) + "/1 abort"});
  }
  CHECK(full.replies_to(fragment(0, kFin)).empty());

  EstablishedPeer over;
  for (std::uint64_t id = 0; id <= limits::kFragmentedNotifies; ++id) {
    over.replies_to(first_fragment(id));
  }
  for (std::uint64_t id = 1; id <= limits::kFragmentedNotifies; ++id) {
    CHECK(over.replies_to(fragment(id, kFin)).empty());
  }
  CHECK(over.replies_to(fragment(0, kFin)) == Replies{"disconnect 11"});
}

}  // namespace
}  // namespace pointsman::test
