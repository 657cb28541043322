#include "base/printable.h"

#include <catch2/catch.hpp>

TEST_CASE("control bytes are shown as hexadecimal, all else as it is") {
  CHECK(pointsman::printable("a\x1b[0m\n\x7f\xc3\xa9") == "a\\x1b[0m\\x0a\\x7f\xc3\xa9");
}
