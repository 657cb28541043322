// Names and records as bytes that nobody would write by mistake.
#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

const DnsQuery kQuery("web.service.hap.test A");

std::string rcode_of(const ByteBuffer& query) {
  DnsAsker client;
  return client.ask(query).rcode;
}

// A query whose question, and what follows, are these bytes.
ByteBuffer with_question(const ByteBuffer& bytes) { return kQuery.header(1, 0, 0, 0) + bytes; }

// Labels of 'a', of the given sizes, that end with the root.
ByteBuffer labels_of(const std::vector<std::size_t>& sizes) {
  ByteBuffer bytes;
  for (const std::size_t size : sizes) {
    bytes.push_back(static_cast<std::uint8_t>(size));
    bytes.insert(bytes.end(), size, 'a');
  }
  bytes.push_back(0);
  return bytes;
}

const ByteBuffer kTypeAndClass = from_hex("0001 0001");

TEST_CASE("a question that ends too early is a format error without a question") {
  const ByteBuffer question = kQuery.question();
  for (std::size_t size = 0; size < question.size(); ++size) {
    CAPTURE(size);
    DnsAsker client;
    const SeenReply seen = client.ask(with_question(
        ByteBuffer(question.begin(), question.begin() + static_cast<std::ptrdiff_t>(size))));
    CHECK(seen.rcode == "FORMERR");
    CHECK(client.bytes.size() == 12);
  }
}

TEST_CASE("a name without its root is a format error") {
  CHECK(rcode_of(with_question(from_hex("03 776562 0001 0001"))) == "FORMERR");
}

TEST_CASE("labels are 63 bytes at most, and other types of labels are not known") {
  for (int length = 64; length < 192; ++length) {
    CAPTURE(length);
    ByteBuffer question{static_cast<std::uint8_t>(length)};
    question.insert(question.end(), 200, 'a');
    question.push_back(0);
    CHECK(rcode_of(with_question(question + kTypeAndClass)) == "FORMERR");
  }
}

TEST_CASE("a question has no compression pointers") {
  // To itself, the header, forward, into a loop of two, past the end, and behind a good label.
  for (const char* const name :
       {"c00c", "c000", "c010 03 686170 00", "c00e c00c", "ffff", "03 776562 c00c", "c0"}) {
    CAPTURE(name);
    CHECK(rcode_of(with_question(from_hex(name) + kTypeAndClass)) == "FORMERR");
  }
}

TEST_CASE("names have up to 255 bytes") {
  const ByteBuffer longest = labels_of({63, 63, 63, 61});
  REQUIRE(longest.size() == 255);
  CHECK(rcode_of(with_question(longest + kTypeAndClass)) == "REFUSED");
  CHECK(rcode_of(with_question(labels_of({63, 63, 63, 62}) + kTypeAndClass)) == "FORMERR");
  CHECK(rcode_of(with_question(labels_of({63, 63, 63, 63, 63}) + kTypeAndClass)) == "FORMERR");
}

TEST_CASE("a name of as many labels as can be is not there") {
  std::string name = "hap.test";
  for (int i = 0; i < 122; ++i) name = "a." + name;
  CHECK(ask(name + " A").rcode == "NXDOMAIN");
  std::string wild = "wild.vh.test";
  for (int i = 0; i < 120; ++i) wild = "a." + wild;
  CHECK(ask(wild + " A").rcode == "NOERROR");
}

TEST_CASE("labels hold any byte, and none ends or begins one") {
  const std::string label = GENERATE("\\000", "a\\.b", "\\255", "\\032", "web\\.service",
                                     "web\\000", "\\007service", "\\\\");
  const SeenReply seen = ask(label + ".service.hap.test A");
  CHECK(seen.rcode == "NXDOMAIN");
}

TEST_CASE("a dot in a label is not one between labels") {
  CHECK(ask("web\\.service.hap.test A").rcode == "NXDOMAIN");
  CHECK(ask("web.service\\.hap.test A").rcode == "REFUSED");
}

TEST_CASE("the letters A to Z are folded, and nothing else") {
  CHECK(ask("ABCDEFGHIJKLMNOPQRSTUVWXYZ.SERVICE.HAP.TEST A").answers ==
        Lines{"ABCDEFGHIJKLMNOPQRSTUVWXYZ.SERVICE.HAP.TEST. 5 IN A 10.0.0.10"});
  registry::Revision revision;
  revision.services["\xe1@[`{"].instances = {{"i", ip("10.0.0.1"), 80}};
  const auto built = dns::build_zones(dns::ZoneSpec{.zones = {"hap.test"}}, revision);
  DnsAsker client;
  client.zones = built.zones.get();
  CHECK(client.ask("\\225@[`{.service.hap.test A").rcode == "NOERROR");
  CHECK(client.ask("\\193@[`{.service.hap.test A").rcode == "NXDOMAIN");
  CHECK(client.ask("\\225`[`{.service.hap.test A").rcode == "NXDOMAIN");
  CHECK(client.ask("\\225@{`{.service.hap.test A").rcode == "NXDOMAIN");
}

TEST_CASE("the underscored names are found in any case") {
  const SeenReply lower = ask("_web._tcp.service.hap.test SRV");
  const SeenReply upper = ask("_WEB._TCP.service.hap.test SRV");
  CHECK(lower.answers.size() == 3);
  CHECK(upper.answers.size() == 3);
}

TEST_CASE("the root and single labels are not ours") {
  CHECK(ask(". NS").rcode == "REFUSED");
  CHECK(ask("test A").rcode == "REFUSED");
  CHECK(ask("localhost A").rcode == "REFUSED");
}

TEST_CASE("a record behind the question that passes the end is a format error") {
  const ByteBuffer front = kQuery.header(1, 0, 0, 1) + kQuery.question();
  CHECK(rcode_of(front + from_hex("00 0010 0001 00000000 0004 616263")) == "FORMERR");
  CHECK(rcode_of(front + from_hex("00 0010 0001 00000000 ffff")) == "FORMERR");
  CHECK(rcode_of(front + from_hex("00 0010 0001 00000000 0003 616263")) == "NOERROR");
  const ByteBuffer record = from_hex("03 616263 00 0010 0001 00000000 0003 616263");
  for (std::size_t size = 0; size < record.size(); ++size) {
    CAPTURE(size);
    CHECK(rcode_of(front + ByteBuffer(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(
                                                                           size))) == "FORMERR");
  }
}

TEST_CASE("an owner behind the question may point back, but not at itself or forward") {
  const ByteBuffer front = kQuery.header(1, 0, 0, 1) + kQuery.question();
  const ByteBuffer rest = from_hex("0010 0001 00000000 0000");
  const std::size_t own = front.size();
  const auto pointer = [](std::size_t target) {
    return ByteBuffer{static_cast<std::uint8_t>(0xc0 | target >> 8),
                      static_cast<std::uint8_t>(target)};
  };
  CHECK(rcode_of(front + pointer(12) + rest) == "NOERROR");
  CHECK(rcode_of(front + from_hex("01 61") + pointer(12) + rest) == "NOERROR");
  CHECK(rcode_of(front + pointer(11) + rest) == "FORMERR");
  CHECK(rcode_of(front + pointer(own) + rest) == "FORMERR");
  CHECK(rcode_of(front + from_hex("01 61") + pointer(own) + rest) == "FORMERR");
  CHECK(rcode_of(front + pointer(own + 2) + rest) == "FORMERR");
}

TEST_CASE("a query that is cut anywhere is a format error or silence") {
  const ByteBuffer whole =
      DnsQuery(
          "web.service.hap.test A +edns=4096 +cookie=0102030405060708 +nsid +subnet=000118000a0000")
          .bytes();
  REQUIRE(rcode_of(whole) == "NOERROR");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    DnsAsker client;
    const dns::Reply reply = client.send(Bytes(whole).first(size));
    CHECK(reply.act == (size < 12 ? dns::Reply::Act::kSilence : dns::Reply::Act::kSend));
    if (size >= 12) CHECK(reply.rcode == 1);
  }
}

}  // namespace
}  // namespace pointsman::test
