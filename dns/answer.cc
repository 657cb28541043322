#include "dns/answer.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "dns/cookie.h"
#include "dns/message.h"
#include "dns/option.h"
#include "dns/record.h"
#include "dns/reply_writer.h"
#include "dns/zones.h"

namespace pointsman::dns {
namespace {

constexpr unsigned kOpcodeQuery = 0;
constexpr std::size_t kDatagramMin = 512;  // RFC 1035 section 4.2.1

// HINFO "RFC8482" "" with an hour's TTL: what a name answers to ANY (RFC 8482 section 4.2).
constexpr std::array<std::uint8_t, 21> kMinimalAny{
    0xc0, 12, 0, 13, 0, 1, 0, 0, 0x0e, 0x10, 0, 9, 7, 'R', 'F', 'C', '8', '4', '8', '2', 0};

bool is_name(const Name& name, std::string_view text) { return name == Name::parse(text); }

std::uint64_t likeness_of(std::string_view name, std::uint16_t kind) {
  return Zones::WireHash{}(name) ^ (std::uint64_t{kind} * 0x9e3779b97f4a7c15);
}

// One message being answered. run() names the stages; each either settles the reply or goes on.
class Conversation {
 public:
  Conversation(const Zones& zones, const AnswerOptions& options, const Asker& asker,
               std::span<std::uint8_t> out)
      : zones_(zones), options_(options), asker_(asker), out_(out) {}

  Reply run(Bytes message) {
    const std::optional<Header> header = read_header(message);
    if (!header || header->is_response()) return {};
    query_.header = *header;
    if (header->opcode() != kOpcodeQuery) return bare_error(rcode::kNotImp);
    const bool well_formed = read_query(message, query_);
    reply_.type = query_.type;
    if (!well_formed) return error(rcode::kFormErr);
    if (query_.edns.version != 0) return error(rcode::kBadVers);
    look_at_cookie();
    if (query_.question.empty()) return cookie_alone();
    if (query_.qclass == dns_class::kChaos) return about_ourselves();
    if (query_.qclass != dns_class::kIn || is_transfer()) return error(rcode::kRefused);
    const Zones::Found found = zones_.find(query_.name);
    if (found.zone == nullptr) return outside();
    return from_zones(found);
  }

 private:
  bool is_transfer() const { return query_.type == type::kAxfr || query_.type == type::kIxfr; }

  std::size_t limit() const {
    if (asker_.over_tcp) return kReplyBytesMax;
    const std::size_t asked = query_.edns.present ? query_.edns.payload_size : kDatagramMin;
    return std::min({std::max(asked, kDatagramMin), std::max(asker_.datagram_max, kDatagramMin),
                     kReplyBytesMax});
  }

  void look_at_cookie() {
    if (!options_.cookies || query_.edns.cookie.empty()) return;
    reply_.cookie_good = is_good_cookie(query_.edns.cookie, asker_.address, asker_.now_seconds,
                                        options_.cookie_secret);
  }

  // NSID is only for those who get an answer, so that no error outgrows its query by it.
  OptRecord opt(std::uint16_t code) const {
    OptRecord opt(query_.edns.dnssec_ok);
    opt.set_upper_rcode(code);
    const bool answered = code == rcode::kNoError || code == rcode::kNxDomain;
    if (query_.edns.version == 0 && code != rcode::kFormErr) {
      if (options_.cookies && !query_.edns.cookie.empty()) {
        opt.add_cookie(make_cookie(query_.edns.cookie.first(kClientCookieBytes), asker_.address,
                                   asker_.now_seconds, options_.cookie_secret));
      }
      if (query_.edns.wants_keepalive && asker_.over_tcp) {
        opt.add_keepalive(static_cast<std::uint16_t>(
            std::clamp<std::int64_t>(options_.tcp_idle.count() / 100, 0, 0xffff)));
      }
    }
    if (answered && query_.edns.wants_nsid && !options_.nsid.empty()) opt.add_nsid(options_.nsid);
    return opt;
  }

  // With OPT if the query has one; `fill` adds the records.
  template <class Fill>
  Reply send(std::uint16_t code, std::uint16_t flags, Fill fill) {
    const OptRecord record = opt(code);
    ReplyWriter writer(out_, limit(), query_.question,
                       query_.edns.present ? record.bytes() : Bytes());
    fill(writer);
    const auto echoed = query_.header.flags & Header::kRecursionDesired;
    reply_.act = Reply::Act::kSend;
    reply_.rcode = code;
    reply_.size = writer.finish(
        query_.header.id, static_cast<std::uint16_t>(Header::kResponse | flags | echoed), code);
    reply_.truncated = writer.truncated();
    return reply_;
  }

  Reply error(std::uint16_t code) {
    reply_.likeness = likeness_of("", code);
    return send(code, 0, [](ReplyWriter&) {});
  }

  // To an operation that we do not know, and so neither what its message and RD mean.
  Reply bare_error(std::uint16_t code) {
    query_.header.flags &= static_cast<std::uint16_t>(~Header::kRecursionDesired);
    reply_.likeness = likeness_of("", code);
    return send(code, query_.header.flags & Header::kOpcodeBits, [](ReplyWriter&) {});
  }

  // RFC 7873 section 5.4: a client without a question wants a cookie.
  Reply cookie_alone() {
    if (!options_.cookies || query_.edns.cookie.empty()) return error(rcode::kFormErr);
    return error(rcode::kNoError);
  }

  Reply about_ourselves() {
    const bool version =
        is_name(query_.name, "version.bind") || is_name(query_.name, "version.server");
    const bool id = is_name(query_.name, "id.server") || is_name(query_.name, "hostname.bind");
    const std::string_view text = version ? std::string_view(options_.version)
                                  : id    ? std::string_view(options_.id_server)
                                          : std::string_view();
    if (query_.type != type::kTxt || text.empty()) return error(rcode::kRefused);
    const Bytes cut = as_bytes(text.substr(0, limits::kDnsIdentityBytes));
    std::array<std::uint8_t, kRecordHeadBytes + 1 + limits::kDnsIdentityBytes> record{
        0xc0, 12, 0, type::kTxt, 0, dns_class::kChaos};
    record[kRecordHeadBytes - 1] = static_cast<std::uint8_t>(cut.size() + 1);
    record[kRecordHeadBytes] = static_cast<std::uint8_t>(cut.size());
    std::copy(cut.begin(), cut.end(), record.begin() + kRecordHeadBytes + 1);
    const RecordSet set{type::kTxt, 1, Bytes(record).first(kRecordHeadBytes + 1 + cut.size()), {}};
    reply_.likeness = likeness_of(query_.name.wire(), type::kTxt);
    return send(rcode::kNoError, Header::kAuthoritative, [&set](ReplyWriter& writer) {
      writer.add_set(Section::kAnswer, set, kHeaderBytes);
    });
  }

  // Not ours: a resolver answers those who may ask it; nobody else gets even a hint.
  Reply outside() {
    if (!asker_.may_forward || !query_.header.recursion_desired()) return error(rcode::kRefused);
    reply_.act = Reply::Act::kForward;
    reply_.likeness = likeness_of("", 0);
    return reply_;
  }

  // RFC 1034 section 4.3.2: what a name has, along CNAMEs as long as they stay in our zones.
  Reply from_zones(const Zones::Found& asked) {
    reply_.likeness =
        likeness_of(asked.owner, asked.node != nullptr ? query_.type : rcode::kNxDomain);
    const Chain chain = follow(asked);
    const Zones::Found& end = chain.end;
    const bool is_there = end.zone == nullptr || end.node != nullptr;
    return send(is_there ? rcode::kNoError : rcode::kNxDomain, Header::kAuthoritative,
                [&](ReplyWriter& writer) { write(writer, chain); });
  }

  struct Chain {
    std::array<const RecordSet*, limits::kDnsCnameChain> cnames{};
    std::size_t length = 0;
    Zones::Found end;  // of the last name; without a zone: it is outside, or seen before
    Name last;         // valid if length > 0
  };

  const RecordSet* cname_of(const Zones::Found& found) const {
    if (found.node == nullptr || query_.type == type::kCname || query_.type == type::kAny) {
      return nullptr;
    }
    return zones_.find_set(*found.node, type::kCname);
  }

  static std::string_view target_of(const RecordSet& cname) {
    return as_text(cname.records.subspan(kRecordHeadBytes));
  }

  // Whether the chain has come to its last name before.
  bool is_loop(const Chain& chain) const {
    if (chain.length == 0) return false;
    const std::span before(chain.cnames.data(), chain.length - 1);
    return chain.last == query_.name ||
           std::any_of(before.begin(), before.end(), [&chain](const RecordSet* cname) {
             return target_of(*cname) == chain.last.wire();
           });
  }

  Chain follow(const Zones::Found& asked) const {
    Chain chain;
    chain.end = asked;
    while (const RecordSet* const cname = cname_of(chain.end)) {
      if (chain.length == chain.cnames.size() || is_loop(chain)) {
        chain.end = {};
        break;
      }
      chain.cnames[chain.length++] = cname;
      chain.last = *Name::read(as_bytes(target_of(*cname)));
      chain.end = zones_.find(chain.last);
    }
    return chain;
  }

  void write(ReplyWriter& writer, const Chain& chain) {
    std::size_t owner = kHeaderBytes;
    for (std::size_t i = 0; i < chain.length && !writer.truncated(); ++i) {
      owner = writer.add_set(Section::kAnswer, *chain.cnames[i], owner) + kRecordHeadBytes;
    }
    if (writer.truncated() || chain.end.zone == nullptr) return;
    if (const std::optional<RecordSet> set = answering_set(chain.end)) {
      const std::size_t start = writer.add_set(Section::kAnswer, *set, owner);
      if (!writer.truncated()) writer.add_glue(*set, start);
      return;
    }
    const std::string_view name = chain.length > 0 ? chain.last.wire() : query_.name.wire();
    const std::string_view apex = chain.end.zone->apex.wire();
    writer.add_set(Section::kAuthority, chain.end.zone->soa, owner + name.size() - apex.size());
  }

  std::optional<RecordSet> answering_set(const Zones::Found& found) const {
    if (found.node == nullptr || found.node->set_count == 0) return std::nullopt;
    if (query_.type == type::kAny) return RecordSet{type::kHinfo, 1, kMinimalAny, {}};
    const RecordSet* const set = zones_.find_set(*found.node, query_.type);
    return set != nullptr ? std::optional(*set) : std::nullopt;
  }

  const Zones& zones_;
  const AnswerOptions& options_;
  const Asker& asker_;
  std::span<std::uint8_t> out_;
  Query query_;
  Reply reply_;
};

}  // namespace

Reply answer(const Zones& zones, const AnswerOptions& options, Bytes query, const Asker& asker,
             std::span<std::uint8_t> out) {
  assert(out.size() >= kReplyBytesMax);
  return Conversation(zones, options, asker, out).run(query);
}

}  // namespace pointsman::dns
