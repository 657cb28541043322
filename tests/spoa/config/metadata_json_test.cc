#include "config/metadata_json.h"

#include <catch2/catch.hpp>

using namespace pointsman;

namespace {

std::string json(const std::string& yaml) {
  const auto file = config::parse_yaml("f.yaml", yaml);
  REQUIRE(file);
  return config::to_json(*file->documents[0].root);
}

}  // namespace

TEST_CASE("YAML values become JSON of the same types, keys in order") {
  CHECK(json("z: 1\na: [x, ~, true, -2.5, '5']\nm: {}\n") ==
        R"({"z":1,"a":["x",null,true,-2.5,"5"],"m":{}})");
  CHECK(json("[]") == "[]");
  CHECK(json("a: &x {b: 1}\nc: *x\n") == R"({"a":{"b":1},"c":{"b":1}})");
}

TEST_CASE("numbers that JSON cannot hold stay texts") {
  CHECK(json("[1e999, 99999999999999999999, +7, .5]") == R"(["1e999",1e+20,7,0.5])");
}

TEST_CASE("texts are escaped") {
  CHECK(json(R"(a: "q\" b\\ n\n \u00e4 \0")") == "{\"a\":\"q\\\" b\\\\ n\\n ä \\u0000\"}");
}
