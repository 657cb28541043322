#include "dns/name.h"

#include <catch2/catch.hpp>

#include "support/hex_text.h"

namespace pointsman::dns {
namespace {

using test::from_hex;
using test::to_hex;

std::string hex(const Name& name) { return to_hex(as_bytes(name.wire())); }
Name parsed(std::string_view text) { return Name::parse(text).value(); }

TEST_CASE("a name is its labels with their lengths, and the root") {
  CHECK(hex(parsed("web.hap.test")) == to_hex(from_hex("03 776562 03 686170 04 74657374 00")));
  CHECK(parsed("web.hap.test.") == parsed("web.hap.test"));
  CHECK(hex(parsed(".")) == "00");
  CHECK(hex(Name()) == "00");
}

TEST_CASE("what is no name is not read") {
  for (const char* const text :
       {"", "..", "a..b", ".a", "a..", "\\", "\\2", "\\25", "\\256", "a\\"}) {
    CAPTURE(text);
    CHECK_FALSE(Name::parse(text));
  }
}

TEST_CASE("letters are folded, and other bytes are not") {
  CHECK(parsed("WEB.hAp.Test") == parsed("web.hap.test"));
  CHECK(parsed("\\193") == parsed("\\193"));
  CHECK_FALSE(parsed("\\193") == parsed("\\225"));
  CHECK_FALSE(parsed("@") == parsed("`"));
  CHECK_FALSE(parsed("[") == parsed("{"));
}

TEST_CASE("a name is printed as it can be read again") {
  for (const char* const text : {"web.service.hap.test", "a\\.b.test", "\\000.\\255.\\032",
                                 "\\\\.x", ".", "_web._tcp", "*.wild"}) {
    CHECK(parsed(text).to_text() == text);
  }
  for (int byte = 0; byte < 256; ++byte) {
    Name name;
    REQUIRE(name.prepend(std::string(1, static_cast<char>(byte))));
    CHECK(parsed(name.to_text()) == name);
  }
}

TEST_CASE("labels are bounded") {
  const std::string longest(limits::kDnsLabelBytes, 'a');
  CHECK(Name::parse(longest));
  CHECK_FALSE(Name::parse(longest + "a"));
  Name name;
  CHECK_FALSE(name.prepend(longest + "a"));
  CHECK_FALSE(name.prepend(""));
  CHECK(hex(name) == "00");
  CHECK(name.prepend(longest));
}

TEST_CASE("names are bounded") {
  const std::string label(limits::kDnsLabelBytes, 'a');
  const std::string three = label + "." + label + "." + label + ".";
  const std::size_t rest = limits::kDnsNameBytes - 3 * 64 - 2;
  const Name longest = parsed(three + std::string(rest, 'b'));
  CHECK(longest.wire().size() == limits::kDnsNameBytes);
  CHECK_FALSE(Name::parse(three + std::string(rest + 1, 'b')));
  CHECK_FALSE(Name::parse(three + std::string(rest, 'b') + ".c"));
  Name grown = parsed(std::string(limits::kDnsLabelBytes, 'a') + "." + label + "." + label);
  CHECK_FALSE(grown.prepend(std::string(rest + 1, 'b')));
  CHECK(grown.prepend(std::string(rest, 'b')));
  CHECK_FALSE(grown.prepend("c"));
}

TEST_CASE("a name is read from the front of bytes") {
  const ByteBuffer bytes = from_hex("03 574542 04 74657374 00 ff");
  CHECK(Name::read(bytes) == parsed("web.test"));
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    CHECK_FALSE(Name::read(Bytes(bytes).first(size)));
  }
  CHECK_FALSE(Name::read(from_hex("c000 00")));
  CHECK_FALSE(Name::read(from_hex("40 00")));
}

TEST_CASE("a name's last labels are names") {
  const Name name = parsed("web.service.hap.test");
  CHECK(name.label_count() == 4);
  CHECK(name.last_labels(4) == name.wire());
  CHECK(name.last_labels(2) == parsed("hap.test").wire());
  CHECK(name.last_labels(0) == Name().wire());
  CHECK(parent_of(name.wire()) == parsed("service.hap.test").wire());
}

}  // namespace
}  // namespace pointsman::dns
