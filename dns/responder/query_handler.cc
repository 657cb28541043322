#include "dns/responder/query_handler.h"

#include "dns/responder/truncate.h"

namespace pointsman::dns {

Reply QueryHandler::answer(Bytes query, const Asker& asker, std::span<std::uint8_t> out) {
  const auto& zones = zones_.get();
  if (zones == nullptr) {
    ++counters_.without_zones;
    return {};
  }
  Reply reply = dns::answer(*zones, options_, query, asker, out);
  counters_.count(reply, asker.over_tcp);
  if (rate_limit_.is_on() && reply.act == Reply::Act::kSend) limit(reply, asker, out);
  return reply;
}

// Who comes by TCP, or has shown a cookie, has not forged his address.
void QueryHandler::limit(Reply& reply, const Asker& asker, std::span<std::uint8_t> out) {
  if (asker.over_tcp || reply.cookie_good || is_local(asker.address)) return;
  switch (rate_limit_.judge(asker.address, reply.likeness, asker.now_seconds)) {
    case RateLimit::Verdict::kSend:
      return;
    case RateLimit::Verdict::kDrop:
      ++counters_.limited;
      reply.act = Reply::Act::kSilence;
      return;
    case RateLimit::Verdict::kTruncate:
      ++counters_.slipped;
      reply.size = truncate_reply(out.first(reply.size));
      reply.truncated = true;
      return;
  }
}

}  // namespace pointsman::dns
