#include "dns/responder/query_stream.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/limits.h"
#include "support/dns_message.h"

namespace pointsman::dns {
namespace {

using test::framed;

const std::string kQuery = "a query of some bytes";

// Answers with what it was asked; "long…" with 60,000 bytes, "silence…" with none, "later…" when
// the test says so.
struct EchoHost : QueryHost {
  Reply answer(Bytes query, const IpAddress& peer, std::span<std::uint8_t> out) override {
    asked_by = peer;
    ++asked;
    const std::string_view text = as_text(query);
    if (text.starts_with("silence")) return {};
    if (text.starts_with("later")) return {.act = Reply::Act::kForward};
    std::copy(query.begin(), query.end(), out.begin());
    return {.act = Reply::Act::kSend, .size = text.starts_with("long") ? 60000 : query.size()};
  }
  void forward(Bytes query, const IpAddress& /*peer*/, std::function<void(Bytes)> done) override {
    if (as_text(query).starts_with("later, at once")) return done(query);
    awaited.push_back(std::move(done));
  }

  IpAddress asked_by;
  int asked = 0;
  std::vector<std::function<void(Bytes)>> awaited;
};

struct Fixture {
  void receive(std::string_view message) { stream->receive(framed(as_bytes(message))); }
  // Takes the output, as much at a time as one likes.
  std::string take(std::size_t step = 1000000) {
    std::string taken;
    while (stream->output_size() > 0) {
      const Bytes some = stream->output().first(std::min(step, stream->output().size()));
      taken += as_text(some);
      stream->consume_output(some.size());
    }
    return taken;
  }
  static std::string frame(std::string_view message) {
    return std::string(as_text(framed(as_bytes(message))));
  }

  EchoHost host;
  ByteBuffer out = ByteBuffer(kReplyBytesMax);
  std::unique_ptr<QueryStream> stream = std::make_unique<QueryStream>(host, out);
};

}  // namespace

TEST_CASE("a query is answered with its length before it") {
  Fixture fixture;
  fixture.stream->on_peer(*IpAddress::parse("192.0.2.1"));
  CHECK_FALSE(fixture.stream->established());
  fixture.receive(kQuery);
  CHECK(fixture.take() == Fixture::frame(kQuery));
  CHECK(fixture.host.asked_by == IpAddress::parse("192.0.2.1"));
  CHECK(fixture.stream->established());
  CHECK_FALSE(fixture.stream->finished());
}

TEST_CASE("queries are answered in order however they are cut, and their answers likewise") {
  std::string input;
  for (int i = 0; i < 100; ++i) input += Fixture::frame("query number " + std::to_string(i));
  for (const std::size_t step : {1u, 2u, 3u, 14u, 15u, 16u, 17u, 1000u, 100000u}) {
    Fixture fixture;
    std::string output;
    for (std::size_t at = 0; at < input.size(); at += step) {
      fixture.stream->receive(as_bytes(std::string_view(input).substr(at, step)));
      if (at % 2 == 0) output += fixture.take(step);
    }
    CHECK(output + fixture.take(step) == input);
  }
}

TEST_CASE("fewer bytes than a header announced end the stream, once earlier answers are sent") {
  for (const std::size_t length : {0u, 1u, 11u}) {
    Fixture fixture;
    fixture.receive(kQuery);
    fixture.receive(std::string(length, 'x'));
    fixture.receive(kQuery);
    CHECK(fixture.stream->finished());
    CHECK(fixture.take() == Fixture::frame(kQuery));
    CHECK(fixture.host.asked == 1);
  }
  Fixture twelve;
  twelve.receive(std::string(12, 'x'));
  CHECK_FALSE(twelve.stream->finished());
  CHECK(twelve.host.asked == 1);
}

TEST_CASE("what gets no answer ends the stream") {
  Fixture fixture;
  fixture.receive("silence, please");
  CHECK(fixture.stream->finished());
  CHECK(fixture.stream->output_size() == 0);
}

TEST_CASE("the longest message is taken") {
  Fixture fixture;
  const std::string longest(65535, 'x');
  fixture.receive(longest);
  CHECK(fixture.take() == Fixture::frame(longest));
}

TEST_CASE("while so much output waits, no query is answered and no input wanted") {
  Fixture fixture;
  fixture.receive("long message one");
  CHECK(fixture.stream->wants_input());
  fixture.receive("long message two");
  CHECK(fixture.stream->output_size() > limits::kDnsStreamOutputBytes);
  CHECK_FALSE(fixture.stream->wants_input());
  fixture.receive(kQuery);
  CHECK(fixture.host.asked == 2);
  const std::size_t over = fixture.stream->output_size() - limits::kDnsStreamOutputBytes;
  fixture.stream->consume_output(over);
  CHECK_FALSE(fixture.stream->wants_input());  // exactly the limit
  CHECK(fixture.host.asked == 2);
  fixture.stream->consume_output(1);
  CHECK(fixture.host.asked == 3);
  CHECK_FALSE(fixture.stream->wants_input());  // that answer waits too
  const std::string rest = fixture.take(1000);
  CHECK(rest.ends_with(Fixture::frame(kQuery)));
  CHECK(fixture.stream->wants_input());
}

TEST_CASE("an answer that comes later is sent then, and awaited") {
  Fixture fixture;
  fixture.receive("later, at some time");
  fixture.receive(kQuery);
  CHECK(fixture.take() == Fixture::frame(kQuery));
  CHECK(fixture.stream->answer_pending());
  fixture.host.awaited.front()(as_bytes("now"));
  CHECK_FALSE(fixture.stream->answer_pending());
  CHECK(fixture.take() == Fixture::frame("now"));
}

TEST_CASE("an answer that comes later may come at once") {
  Fixture fixture;
  fixture.receive("later, at once");
  CHECK(fixture.take() == Fixture::frame("later, at once"));
  CHECK_FALSE(fixture.stream->answer_pending());
  CHECK(fixture.stream->established());
}

TEST_CASE("an answer that comes after the stream's end is nobody's") {
  Fixture fixture;
  fixture.receive("later, at some time");
  fixture.stream.reset();
  fixture.host.awaited.front()(as_bytes("too late"));
}

TEST_CASE("a stream that is to end answers no more") {
  Fixture fixture;
  fixture.stream->begin_drain();
  fixture.receive(kQuery);
  CHECK(fixture.host.asked == 1);
  fixture.stream->disconnect_normally();
  CHECK(fixture.stream->finished());
  fixture.receive(kQuery);
  CHECK(fixture.host.asked == 1);
  CHECK(fixture.take() == Fixture::frame(kQuery));
}

}  // namespace pointsman::dns
