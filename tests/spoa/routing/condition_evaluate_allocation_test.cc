#include <catch2/catch.hpp>

#include "routing/condition.h"
#include "support/counting_allocator.h"
#include "support/textual_request.h"

using namespace pointsman::routing;
using pointsman::test::allocation_count;
using pointsman::test::TextualRequest;

TEST_CASE("evaluating a condition again allocates nothing") {
  const TextualRequest request(
      "GET /a/rather/long/path?with=a&query=string\n"
      "Host: A.Rather.Long.Host.Name.That.Fits.No.Small.String.example:8080\n"
      "User-Agent: Mozilla/5.0 Firefox/121.0\nCookie: a=b; beta=1\n:src 10.1.2.3\n:port 80");
  const auto condition = Condition::parse(
      "host ends with .example and sni != x and url matches '^(/[a-z]+)+[?].*=(.*)$' "
      "and user-agent == Firefox and src in (10.0.0.0/8) and port == 80 and has cookie beta "
      "and query with == a and header Host contains Host and not path == /");
  REQUIRE(condition);
  ConditionScratch scratch;
  const Request view = request.view();
  REQUIRE(condition->evaluate(view, scratch));

  const std::size_t before = allocation_count();
  bool held = true;
  for (int i = 0; i < 100; ++i) held = held && condition->evaluate(view, scratch);
  const std::size_t after = allocation_count();
  const auto another = Condition::parse("path == /a or path == /b");
  const std::size_t after_another = allocation_count();
  CHECK(held);
  CHECK(after == before);
  CHECK(another);
  CHECK(after_another > after);
}
