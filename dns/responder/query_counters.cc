#include "dns/responder/query_counters.h"

#include <algorithm>

namespace pointsman::dns {
namespace {

template <class Counts>
void add(Counts& sum, const Counts& other) {
  std::transform(sum.begin(), sum.end(), other.begin(), sum.begin(), std::plus<>());
}

std::size_t index_of(std::uint16_t type) {
  const auto found =
      std::find_if(kCountedTypes.begin(), kCountedTypes.end() - 1,
                   [&](const CountedType& counted) { return counted.number == type; });
  return static_cast<std::size_t>(found - kCountedTypes.begin());
}

}  // namespace

void QueryCounters::count(const Reply& reply, bool over_tcp) {
  if (over_tcp) ++by_tcp;
  ++queries_by_type[index_of(reply.type)];
  if (reply.act == Reply::Act::kSilence) ++silent;
  if (reply.act != Reply::Act::kSend) return;
  ++answers_by_rcode[std::min<std::size_t>(reply.rcode, kCountedRcodes - 1)];
  if (reply.truncated) ++truncated;
}

QueryCounters& QueryCounters::operator+=(const QueryCounters& other) {
  add(queries_by_type, other.queries_by_type);
  add(answers_by_rcode, other.answers_by_rcode);
  by_tcp += other.by_tcp;
  truncated += other.truncated;
  silent += other.silent;
  without_zones += other.without_zones;
  limited += other.limited;
  slipped += other.slipped;
  return *this;
}

}  // namespace pointsman::dns
