#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "captures.h"
#include "frame_as_json.h"
#include "session_fixture.h"

namespace pointsman::test {
namespace {

ByteBuffer joined(const std::vector<ByteBuffer>& frames) {
  ByteBuffer stream;
  for (const ByteBuffer& one : frames) stream = std::move(stream) + one;
  return stream;
}

TEST_CASE("captured frames are decoded as an independent decoder reads them") {
  const std::string version = GENERATE(from_range(kCapturedVersions));
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(captures_of(version))) {
    if (entry.path().extension() == ".hex") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> decoded;
  for (const auto& path : paths) {
    for (const std::string& line : lines_of(path)) decoded.push_back(frame_as_json(from_hex(line)));
  }
  CHECK(decoded.size() >= 4);
  CHECK(decoded == lines_of(captures_of(version) / "decoded.jsonl"));
}

TEST_CASE("captured health checks and handshakes succeed") {
  const std::string version = GENERATE(from_range(kCapturedVersions));
  Peer check;
  CHECK(check.replies_to(joined(captured(version, "healthcheck"))) == Replies{"hello"});
  CHECK(check.session.finished());
  Peer peer;
  CHECK(peer.replies_to(joined(captured(version, "hello"))) == Replies{"hello"});
  CHECK_FALSE(peer.session.finished());
}

TEST_CASE("captured NOTIFYs reach the handler with all their arguments") {
  const std::string version = GENERATE(from_range(kCapturedVersions));
  EstablishedPeer peer;
  // The first stream of 3.0 and older has id 0; 3.1 and newer count odd ids for each connection.
  const Replies acks =
      version < "3.1" ? Replies{"ack 0/1", "ack 2/1"} : Replies{"ack 1/1", "ack 3/1"};
  CHECK(peer.replies_to(joined(captured(version, "notify"))) == acks);
  REQUIRE(peer.handler.asked.size() == 2);
  CHECK(
      peer.handler.asked[0].starts_with("pointsman gateway=web method=GET scheme= "
                                        "host=Shop.Example:8080 path=/shoes query=q=red%20ones = "
                                        "dst_port= headers="));
  CHECK(peer.handler.asked[0].find("\nuser-agent\rFirefox/128.0") != std::string::npos);
}

TEST_CASE("captured fragments are refused once and then swallowed") {
  const std::string version = GENERATE("2.6", "3.0");
  EstablishedPeer peer;
  const auto fragments = captured(version, "fragments");
  REQUIRE(fragments.size() == 3);
  CHECK(peer.replies_to(joined(fragments)) == Replies{"ack 4/1 abort"});
  CHECK(peer.replies_to(notify_frame(6, 1, "m")) == Replies{"ack 6/1"});
}

TEST_CASE("a captured DISCONNECT is answered") {
  const std::string version = GENERATE("2.6", "3.0");
  EstablishedPeer peer;
  CHECK(peer.replies_to(joined(captured(version, "disconnect"))) == Replies{"disconnect 0"});
}

}  // namespace
}  // namespace pointsman::test
