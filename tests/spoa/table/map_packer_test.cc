#include "table/map_packer.h"

#include <catch2/catch.hpp>
#include <string>

using namespace pointsman;
using namespace pointsman::table;
using namespace std::string_literals;

// Bytes: the MessagePack specification, "Formats".
TEST_CASE("a map counts its entries") {
  MapPacker map;
  map.key("a").integer(-1);
  map.key("b").boolean(true);
  Packer& list = map.key("c");
  list.array(3);
  list.text("x");
  list.binary(as_bytes("y"));
  list.integer(300);
  ByteBuffer out;
  map.append_to(out);
  CHECK(as_text(out) ==
        "\x83\xA1"
        "a\xFF\xA1"
        "b\xC3\xA1"
        "c\x93\xA1x\xC4\x01y\xCD\x01\x2C"s);
}

TEST_CASE("a map of nothing is a map, and one may stand in another") {
  MapPacker inner;
  ByteBuffer packed;
  inner.append_to(packed);
  CHECK(packed == ByteBuffer{0x80});
  MapPacker outer;
  outer.key("m").packed(packed);
  ByteBuffer out;
  outer.append_to(out);
  CHECK(as_text(out) == "\x81\xA1m\x80");
}
