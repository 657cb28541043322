#include "api/problem.h"

#include <catch2/catch.hpp>

using namespace pointsman::api;

TEST_CASE("a problem, as RFC 9457 has it, names the field") {
  CHECK(to_json(Problem{400, "port", "is missing"}) ==
        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"field\":\"port\","
        "\"detail\":\"is missing\"}\n");
  CHECK(to_json(Problem{503, "", "no table"}) ==
        "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
        "\"detail\":\"no table\"}\n");
}

TEST_CASE("bytes that are not UTF-8 do not break the JSON") {
  CHECK(to_json(Problem{400, "", "a\xff\"\n"}).find("a\xef\xbf\xbd\\\"\\n") != std::string::npos);
}

TEST_CASE("every status has a title") {
  for (const int status : {400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 421, 503, 507}) {
    CHECK_FALSE(title_of(status).empty());
  }
  CHECK(title_of(418) == "Bad Request");
  CHECK(title_of(500) == "Internal Server Error");
}
