#include "dns/responder/rate_limit.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

constexpr std::size_t kRows = limits::kRateLimitEntries / limits::kRateLimitRow;
static_assert(limits::kRateLimitEntries % limits::kRateLimitRow == 0);

// The finalizer of splitmix64: each bit of the input moves half of the output's.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// The /24 or /56 that the address is in; an IPv4 network differs from each IPv6 one.
std::uint64_t network_of(const IpAddress& address) {
  const std::size_t first = address.is_v4() ? 8 : 0;
  std::uint64_t network = 0;
  std::memcpy(&network, address.bytes.data() + first, 7);
  return address.is_v4() ? ~network : network;
}

}  // namespace

RateLimit::RateLimit(const RateLimitOptions& options, std::uint64_t seed)
    : options_(options),
      seed_(seed),
      entries_(options.per_second > 0 ? limits::kRateLimitEntries : 0) {}

RateLimit::Verdict RateLimit::judge(const IpAddress& asker, std::uint64_t likeness,
                                    UnixSeconds now) {
  if (!is_on()) return Verdict::kSend;
  Entry& entry = entry_for(mixed(mixed(seed_ ^ network_of(asker)) ^ likeness), now);
  if (entry.answers < UINT32_MAX) ++entry.answers;
  if (entry.answers <= options_.per_second) return Verdict::kSend;
  const std::uint32_t over = entry.answers - options_.per_second;
  return options_.slip > 0 && over % options_.slip == 0 ? Verdict::kTruncate : Verdict::kDrop;
}

RateLimit::Entry& RateLimit::entry_for(std::uint64_t key, UnixSeconds now) {
  const std::size_t row = key % kRows * limits::kRateLimitRow;
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(row);
  const auto end = begin + limits::kRateLimitRow;
  const auto known = std::find_if(begin, end, [&](const Entry& e) { return e.key == key; });
  const auto heard_in = [&](const Entry& e) { return e.second == now ? e.answers : 0; };
  const auto entry =
      known != end ? known : std::min_element(begin, end, [&](const auto& a, const auto& b) {
        return heard_in(a) < heard_in(b);
      });
  if (entry->key != key || entry->second != now) *entry = {key, now, 0};
  return *entry;
}

}  // namespace pointsman::dns
