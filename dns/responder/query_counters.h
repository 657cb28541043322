// What is counted of queries and their answers. Each worker has its own set; reading sums them.
// Values only grow.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dns/answer.h"
#include "dns/record.h"

namespace pointsman::dns {

struct CountedType {
  std::uint16_t number;  // 0: all others
  std::string_view name;
};

inline constexpr std::array<CountedType, 10> kCountedTypes{{{type::kA, "A"},
                                                            {type::kNs, "NS"},
                                                            {type::kCname, "CNAME"},
                                                            {type::kSoa, "SOA"},
                                                            {type::kPtr, "PTR"},
                                                            {type::kTxt, "TXT"},
                                                            {type::kAaaa, "AAAA"},
                                                            {type::kSrv, "SRV"},
                                                            {type::kAny, "ANY"},
                                                            {0, "other"}}};
inline constexpr std::size_t kCountedRcodes = 24;  // 0 to 23 are assigned (RFC 6895, RFC 7873)

struct QueryCounters {
  std::array<std::uint64_t, kCountedTypes.size()> queries_by_type{};  // in the order of the above
  std::array<std::uint64_t, kCountedRcodes> answers_by_rcode{};       // that were to be sent
  std::uint64_t by_tcp = 0;                                           // of the queries
  std::uint64_t truncated = 0;                                        // of the answers
  std::uint64_t silent = 0;                                           // not queries: no answer
  std::uint64_t without_zones = 0;  // nothing was published yet: no answer
  std::uint64_t limited = 0;        // by rate: no answer
  std::uint64_t slipped = 0;        // by rate: a truncated answer

  void count(const Reply& reply, bool over_tcp);
  QueryCounters& operator+=(const QueryCounters& other);
};

}  // namespace pointsman::dns
