#include "dns/responder/query_counters.h"

#include <catch2/catch.hpp>

namespace pointsman::dns {
namespace {

std::size_t place_of(std::string_view type) {
  std::size_t i = 0;
  while (kCountedTypes.at(i).name != type) ++i;
  return i;
}

}  // namespace

TEST_CASE("queries are counted by type, answers by response code") {
  QueryCounters counters;
  counters.count({.act = Reply::Act::kSend, .rcode = 0, .type = type::kSrv}, false);
  counters.count({.act = Reply::Act::kSend, .rcode = 3, .type = type::kSrv, .truncated = true},
                 true);
  counters.count({.act = Reply::Act::kForward, .type = type::kA}, false);
  CHECK(counters.queries_by_type[place_of("SRV")] == 2);
  CHECK(counters.queries_by_type[place_of("A")] == 1);
  CHECK(counters.answers_by_rcode[0] == 1);
  CHECK(counters.answers_by_rcode[3] == 1);
  CHECK(counters.truncated == 1);
  CHECK(counters.by_tcp == 1);
  CHECK(counters.silent == 0);
}

TEST_CASE("types and codes that have no place of their own share the last") {
  QueryCounters counters;
  for (const int type : {0, 41, 65, 65535}) {
    counters.count({.act = Reply::Act::kSend, .type = static_cast<std::uint16_t>(type)}, false);
  }
  CHECK(counters.queries_by_type[place_of("other")] == 4);
  counters.count({.act = Reply::Act::kSend, .rcode = kCountedRcodes}, false);
  counters.count({.act = Reply::Act::kSend, .rcode = kCountedRcodes - 1}, false);
  CHECK(counters.answers_by_rcode[kCountedRcodes - 1] == 2);
}

TEST_CASE("what gets no answer is counted as that") {
  QueryCounters counters;
  counters.count({}, false);
  CHECK(counters.silent == 1);
  CHECK(counters.answers_by_rcode[0] == 0);
}

TEST_CASE("counters of workers add up") {
  QueryCounters one;
  one.queries_by_type[1] = 1;
  one.answers_by_rcode[2] = 2;
  one.by_tcp = 3;
  one.truncated = 4;
  one.silent = 5;
  one.without_zones = 6;
  one.limited = 7;
  one.slipped = 8;
  QueryCounters sum = one;
  sum += one;
  CHECK(sum.queries_by_type[1] == 2);
  CHECK(sum.answers_by_rcode[2] == 4);
  CHECK(sum.by_tcp == 6);
  CHECK(sum.truncated == 8);
  CHECK(sum.silent == 10);
  CHECK(sum.without_zones == 12);
  CHECK(sum.limited == 14);
  CHECK(sum.slipped == 16);
}

}  // namespace pointsman::dns
