#include "net/tls_stream.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "base/limits.h"
#include "spoa/net/line_protocol.h"
#include "spoa/net/tls_peer.h"
#include "support/spop_client.h"

namespace pointsman::net {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using test::CertificateMaker;
using test::LineProtocol;
using test::TlsPeer;

// Notes the sizes that it is given, and says what it is told to.
class NotingProtocol : public LineProtocol {
 public:
  void receive(Bytes input) override { sizes.push_back(input.size()); }
  Bytes output() const override { return as_bytes(said).subspan(taken); }
  void consume_output(std::size_t count) override { taken += count; }
  std::size_t output_size() const override { return said.size() - taken; }
  void poke() override {}
  std::vector<std::size_t> sizes;
  std::string said;
  std::size_t taken = 0;
};

struct Fixture {
  explicit Fixture(bool ask_for_certificates = false) {
    files = test::tls_files(own, ask_for_certificates ? ca.path : "");
    load();
  }
  void load() {
    auto loaded = TlsContext::load(files, unix_now());
    REQUIRE(loaded);
    context = *loaded;
  }
  TlsStream stream(std::unique_ptr<StreamProtocol> inside = std::make_unique<LineProtocol>()) {
    return {context, std::move(inside),
            [this](const std::string& why) { refusals.push_back(why); }};
  }
  // Why the peer is refused; empty: it is not.
  std::string refusal_of(const CertificateMaker::Pair& pair, int version = TLS1_3_VERSION) {
    refusals.clear();
    TlsPeer peer(pair, version);
    TlsStream served = stream();
    peer.talk_to(served);
    if (refusals.empty()) {
      peer.write("hello\n");
      CHECK(peer.talk_to(served) == "hello\n");
      return "";
    }
    CHECK(refusals.size() == 1);
    CHECK_FALSE(served.established());
    CHECK(served.finished());
    CHECK(served.output_size() == 0);
    return refusals.front();
  }
  std::string refusal_of_bytes(Bytes bytes) {
    refusals.clear();
    TlsStream served = stream();
    served.receive(bytes);
    CHECK_FALSE(served.established());
    return refusals.empty() ? "" : refusals.front();
  }

  test::TemporaryFolder folder;
  CertificateMaker ca{folder, "ca"};
  CertificateMaker other_ca{folder, "other-ca"};
  CertificateMaker::Pair own = ca.make_pair("agent", "agent");
  CertificateMaker::Pair client = ca.make_pair("client", "haproxy1.example");
  TlsFiles files;
  std::shared_ptr<const TlsContext> context;
  std::vector<std::string> refusals;
};

}  // namespace

TEST_CASE("what is said inside goes through, in both versions, however it is cut") {
  Fixture fixture;
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const std::size_t slice = GENERATE(1U, 7U, 1000U, 16384U);
  CAPTURE(version, slice);
  TlsPeer peer({}, version);
  TlsStream served = fixture.stream();
  CHECK(peer.talk_to(served, slice).empty());
  CHECK_FALSE(served.established());
  peer.write("hello\none\ntw");
  CHECK(peer.talk_to(served, slice) == "hello\none\n");
  CHECK(served.established());
  peer.write("o\n");
  CHECK(peer.talk_to(served, slice) == "two\n");
  CHECK(fixture.refusals.empty());
}

TEST_CASE("many lines and long ones come back whole and in order") {
  Fixture fixture;
  TlsPeer peer;
  TlsStream served = fixture.stream();
  peer.talk_to(served);
  std::string all;
  std::string back;
  for (int i = 0; i < 2000; ++i) {
    const std::string line = std::string(static_cast<std::size_t>(i * 37 % 5000), 'x') + "\n";
    all += line;
    peer.write(line);
    if (i % 7 == 0) back += peer.talk_to(served);
  }
  back += peer.talk_to(served);
  CHECK(back == all);
}

TEST_CASE("where a client CA is given, a client is served that its certificate names") {
  Fixture fixture(true);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CHECK(fixture.refusal_of(fixture.client, version).empty());
  CHECK(fixture.refusal_of({}, version) == "it shows no certificate");
  CHECK_THAT(fixture.refusal_of(fixture.other_ca.make_pair("c", "stranger"), version),
             Contains("its certificate (CN = stranger) is of a CA that is not known here: "
                      "CN = other-ca"));
  using std::chrono::hours;
  CHECK_THAT(fixture.refusal_of(
                 fixture.ca.make_pair("c", "old", {.from = hours(-2), .to = hours(-1)}), version),
             Contains("its certificate (CN = old) expired on "));
  CHECK_THAT(fixture.refusal_of(
                 fixture.ca.make_pair("c", "new", {.from = hours(1), .to = hours(2)}), version),
             Contains("its certificate (CN = new) is not valid before "));
  CHECK_THAT(
      fixture.refusal_of(fixture.ca.make_pair("c", "server", {.purpose = "serverAuth"}), version),
      Contains("is not meant for this side of a connection"));
}

TEST_CASE("a listener without a client CA serves clients without a certificate, and with any") {
  Fixture fixture;
  CHECK(fixture.refusal_of({}).empty());
  CHECK(fixture.refusal_of(fixture.other_ca.make_pair("c", "stranger")).empty());
}

TEST_CASE("with client names, only certificates that have one of them count") {
  Fixture fixture(true);
  fixture.files.client_names = {"haproxy2.example", "haproxy1.example"};
  fixture.load();
  CHECK(fixture.refusal_of(fixture.client).empty());
  CHECK(
      fixture
          .refusal_of(fixture.ca.make_pair("c", "x", {.alternative_names = "DNS:haproxy2.example"}))
          .empty());
  CHECK_THAT(fixture.refusal_of(fixture.ca.make_pair("c", "haproxy3.example")),
             Contains("has a name that is not among client_names"));
  CHECK_FALSE(fixture.refusal_of(fixture.ca.make_pair("c", "*.example")).empty());
}

TEST_CASE("what is no TLS, or too old, is told apart") {
  Fixture fixture;
  CHECK(fixture.refusal_of_bytes(test::hello_frame()) == "it does not speak TLS");
  CHECK(fixture.refusal_of_bytes(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) ==
        "it speaks HTTP, not TLS");
  CHECK(fixture.refusal_of({}, TLS1_1_VERSION) == "it speaks neither TLS 1.2 nor TLS 1.3");
}

TEST_CASE("garbage ends the connection or waits for more, and never reaches the protocol inside") {
  Fixture fixture;
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 600, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (round % 2 == 0) bytes.replace(0, 3, "\x16\x03\x01", 3);  // the start of a ClientHello
    TlsStream served = fixture.stream();
    served.receive(as_bytes(bytes));
    CHECK_FALSE(served.established());
    CHECK(served.output_size() < 100);
  }
}

TEST_CASE("a handshake that is cut at any byte waits for more") {
  Fixture fixture;
  TlsPeer peer;
  const std::string hello = peer.first_flight();
  REQUIRE(hello.size() > 100);
  for (std::size_t size = 0; size < hello.size(); ++size) {
    TlsStream served = fixture.stream();
    served.receive(as_bytes(std::string_view(hello).substr(0, size)));
    CHECK_FALSE(served.finished());
    CHECK(served.output_size() == 0);
  }
  CHECK(fixture.refusals.empty());
}

TEST_CASE("a record that was changed on its way ends the connection") {
  Fixture fixture;
  TlsPeer peer;
  TlsStream served = fixture.stream();
  peer.greet(served, "hello\n");
  peer.write("secret\n");
  std::string wire = peer.take_wire();
  wire.back() = static_cast<char>(wire.back() ^ 1);
  served.receive(as_bytes(wire));
  CHECK(served.finished());
  CHECK(fixture.refusals.size() == 1);
  served.receive(as_bytes(wire));
  CHECK(fixture.refusals.size() == 1);
}

TEST_CASE("either side ends with a close_notify") {
  Fixture fixture;
  TlsPeer peer;
  TlsStream served = fixture.stream();
  peer.greet(served, "hello\n");
  SECTION("the protocol inside") {
    peer.write("bye\n");
    CHECK(peer.talk_to(served) == "bye\n");
    CHECK(served.finished());
    CHECK(peer.was_ended());
  }
  SECTION("the program") {
    served.begin_drain();
    served.disconnect_normally();
    CHECK(peer.talk_to(served) == "draining\nbye\n");
    CHECK(peer.was_ended());
  }
  SECTION("the peer") {
    peer.end();
    peer.talk_to(served);
    CHECK(served.finished());
    CHECK(peer.was_ended());
    CHECK(fixture.refusals.empty());
  }
  SECTION("the peer, while an answer is on its way") {
    peer.write("later answer\n");
    peer.end();
    CHECK(peer.talk_to(served).empty());
    CHECK_FALSE(served.finished());
    CHECK(served.answer_pending());
    served.poke();
    CHECK(peer.talk_to(served) == "answer\n");
    CHECK(served.finished());
  }
}

TEST_CASE("who is disconnected in the middle of a handshake is simply closed") {
  Fixture fixture;
  TlsStream served = fixture.stream();
  served.begin_drain();
  served.poke();
  CHECK(served.output_size() == 0);
  served.disconnect_normally();
  CHECK(served.finished());
  CHECK(served.output_size() == 0);
}

TEST_CASE("output is encrypted a piece at a time, and what waits inside counts") {
  Fixture fixture;
  auto noting = std::make_unique<NotingProtocol>();
  NotingProtocol& inside = *noting;
  TlsPeer peer;
  TlsStream served = fixture.stream(std::move(noting));
  peer.talk_to(served);
  inside.said.assign(limits::kTlsPieceBytes, 'x');
  served.poke();
  CHECK(inside.output_size() == 0);
  CHECK(served.output().size() > limits::kTlsPieceBytes);
  CHECK(served.output().size() == served.output_size());
  CHECK(peer.talk_to(served).size() == limits::kTlsPieceBytes);
  inside.said.append(limits::kTlsPieceBytes + 1, 'y');
  served.poke();
  CHECK(inside.output_size() == 1);
  CHECK(served.output_size() == served.output().size() + 1);
  CHECK(peer.talk_to(served) == std::string(limits::kTlsPieceBytes + 1, 'y'));
}

TEST_CASE("a full record is handed over at once, one byte more is a second one") {
  Fixture fixture;
  auto noting = std::make_unique<NotingProtocol>();
  NotingProtocol& inside = *noting;
  TlsPeer peer;
  TlsStream served = fixture.stream(std::move(noting));
  peer.talk_to(served);
  peer.write(std::string(limits::kTlsRecordBytes, 'x'));
  peer.talk_to(served);
  std::vector<std::size_t> sizes(1, limits::kTlsRecordBytes);
  CHECK(inside.sizes == sizes);
  peer.write(std::string(limits::kTlsRecordBytes + 1, 'x'));
  peer.talk_to(served);
  sizes.insert(sizes.end(), {limits::kTlsRecordBytes, 1});
  CHECK(inside.sizes == sizes);
}

TEST_CASE("sessions are resumed as long as the certificates are the same") {
  Fixture fixture(true);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsPeer first(fixture.client, version);
  TlsStream served = fixture.stream();
  first.greet(served, "hello\n");
  const auto resumes = [&] {
    TlsPeer next(fixture.client, version);
    next.resume(first);
    TlsStream again = fixture.stream();
    next.greet(again, "hello\n");
    return next.resumed();
  };
  CHECK(resumes());
  fixture.load();
  CHECK_FALSE(resumes());
}

TEST_CASE("a session is not resumed beyond the end of the client's certificate") {
  Fixture fixture(true);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto pair = fixture.ca.make_pair("brief", "haproxy2.example", {.to = 3s});
  TlsPeer first(pair, version);
  TlsStream served = fixture.stream();
  first.greet(served, "hello\n");
  bool resumed = true;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (resumed && fixture.refusals.empty() && std::chrono::steady_clock::now() < deadline) {
    TlsPeer next(pair, version);
    next.resume(first);
    TlsStream again = fixture.stream();
    next.talk_to(again);
    resumed = next.resumed();
    std::this_thread::yield();
  }
  CHECK(resumed);
  REQUIRE(fixture.refusals.size() == 1);
  CHECK_THAT(fixture.refusals.front(),
             Contains("its certificate (CN = haproxy2.example) expired on "));
}

}  // namespace pointsman::net
