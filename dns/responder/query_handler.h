// Answers queries from what is published, for one worker: dns::answer() with what it leaves to
// others, which are who asks (asker_policy.h), how often (rate_limit.h), and counting. Each query
// sees the zones that are current when it comes, so an answer is of one revision, and no client
// sees an older one after a newer. Before zones were published, nobody gets an answer: HAProxy
// keeps the servers that it has then. It allocates nothing.
#pragma once

#include <functional>
#include <span>

#include "base/published.h"
#include "dns/answer.h"
#include "dns/responder/asker_policy.h"
#include "dns/responder/query_counters.h"
#include "dns/responder/rate_limit.h"
#include "dns/zones.h"

namespace pointsman::dns {

class QueryHandler {
 public:
  // `seed` is the rate limit's.
  QueryHandler(const Published<Zones>& zones, const AnswerOptions& options, AskerPolicy policy,
               const RateLimitOptions& rate_limit, std::uint64_t seed,
               std::function<UnixSeconds()> now)
      : zones_(zones),
        options_(options),
        policy_(std::move(policy)),
        rate_limit_(rate_limit, seed),
        now_(std::move(now)) {}

  Asker describe(const IpAddress& address, bool over_tcp) const {
    return policy_.describe(address, over_tcp, now_());
  }
  // `out` has room for kReplyBytesMax.
  Reply answer(Bytes query, const Asker& asker, std::span<std::uint8_t> out);
  const QueryCounters& counters() const { return counters_; }

 private:
  void limit(Reply& reply, const Asker& asker, std::span<std::uint8_t> out);

  Subscriber<Zones> zones_;
  const AnswerOptions options_;
  const AskerPolicy policy_;
  RateLimit rate_limit_;
  const std::function<UnixSeconds()> now_;
  QueryCounters counters_;
};

}  // namespace pointsman::dns
