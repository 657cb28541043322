// A query of a client and a reply of a resolver, any bytes both: the first byte is the query's
// length. What comes of them is a message of DNS, under the client's id.
#include <algorithm>

#include "dns/message.h"
#include "dns/responder/forwarded_query.h"
#include "dns/responder/truncate.h"
#include "require.h"

namespace {

using namespace pointsman;

constexpr std::uint16_t kId = 0x7007;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Bytes rest(data + 1, size - 1);
  const Bytes query = rest.first(std::min<std::size_t>(data[0], rest.size()));
  ByteBuffer reply(rest.begin() + static_cast<std::ptrdiff_t>(query.size()), rest.end());
  if (reply.size() >= dns::kHeaderBytes) {
    ByteBuffer cut = reply;
    const std::size_t kept = dns::truncate_reply(cut);
    require(kept >= dns::kHeaderBytes && kept <= cut.size());
  }
  const dns::Asker asker{.datagram_max = 512, .address = {}};
  const auto forwarded = dns::ForwardedQuery::read(query, asker);
  if (!forwarded) return 0;
  dns::Query sent;
  const ByteBuffer message = forwarded->to_message(kId);
  require(message.size() <= query.size() && dns::read_query(message, sent));
  require(forwarded->failure().size() == message.size());
  // As it came, and as one that answers the query.
  for (const bool fitting : {false, true}) {
    if (fitting) {
      if (reply.size() < message.size()) reply.resize(message.size());
      std::copy(message.begin(), message.end(), reply.begin());
      reply[2] |= 0x80;
      require(forwarded->is_answered_by(reply, kId));
    }
    if (!forwarded->is_answered_by(reply, kId)) continue;
    const std::size_t rewritten = forwarded->rewrite_reply(reply);
    require(rewritten <= std::max<std::size_t>(512, message.size()));
    require(dns::read_header(reply)->id == dns::read_header(query)->id);
  }
  return 0;
}
