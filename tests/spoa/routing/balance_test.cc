#include "routing/balance.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using namespace pointsman::routing;

TEST_CASE("A balance is an algorithm with its arguments") {
  for (const char* good : {"leastconn", "static-rr", "url_param", "random(2)", "uri len 10",
                           "hdr(X-User) use_domain_only", "hash req.hdr(x),lower"}) {
    INFO(good);
    CHECK_FALSE(fault_in_balance(good));
    CHECK_FALSE(doubt_about_balance(good));
  }
  for (const char* bad : {"", "a\nb", "a\"b", "a#b", "a$b", "a\\ b", "(a)", "a,b", "least/conn",
                          "hdr(x", "hdr)x(", "2random", " first"}) {
    INFO(bad);
    CHECK(fault_in_balance(bad));
  }
}

TEST_CASE("A balance is as long as a name") {
  CHECK_FALSE(fault_in_balance(std::string(limits::kNameBytes, 'a')));
  CHECK(fault_in_balance(std::string(limits::kNameBytes + 1, 'a')));
}

TEST_CASE("An algorithm that is not known is doubted, with what it may be") {
  CHECK(doubt_about_balance("rondrobin") ==
        "HAProxy has no algorithm 'rondrobin' that is known here; did you mean 'roundrobin'?");
  CHECK(doubt_about_balance("sticky") == "HAProxy has no algorithm 'sticky' that is known here");
  CHECK_FALSE(doubt_about_balance("random(3)"));
}
