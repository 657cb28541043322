#include "dns/responder/forwarded_query.h"

#include <algorithm>
#include <cassert>

#include "dns/message.h"
#include "dns/option.h"
#include "dns/responder/truncate.h"

namespace pointsman::dns {
namespace {

constexpr std::uint16_t kRecursionAvailable = 0x0080;
constexpr std::uint16_t kCheckingDisabled = 0x0010;
constexpr std::uint16_t kResponseCode = 0x000f;
constexpr std::uint16_t kServerFailure = 2;
constexpr std::size_t kDatagramWithoutOpt = 512;  // RFC 1035 section 4.2.1

void put_u16(std::span<std::uint8_t> out, std::size_t at, unsigned value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint8_t folded(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + ('a' - 'A')) : c;
}

bool is_same_question(std::uint8_t a, std::uint8_t b) { return folded(a) == folded(b); }

}  // namespace

std::optional<ForwardedQuery> ForwardedQuery::read(Bytes query, const Asker& asker) {
  Query parsed;
  const std::optional<Header> header = read_header(query);
  if (!header || header->is_response() || header->opcode() != 0) return std::nullopt;
  if (!read_query(query, parsed) || parsed.question.empty()) return std::nullopt;
  ForwardedQuery read;
  read.id_ = header->id;
  read.flags_ = header->flags & (Header::kRecursionDesired | kCheckingDisabled);
  read.question_.assign(parsed.question.begin(), parsed.question.end());
  read.has_opt_ = parsed.edns.present;
  read.dnssec_ok_ = parsed.edns.dnssec_ok;
  const std::size_t wished = std::max<std::size_t>(parsed.edns.payload_size, kDatagramWithoutOpt);
  read.size_max_ = asker.over_tcp ? kReplyBytesMax : std::min(wished, asker.datagram_max);
  return read;
}

ByteBuffer ForwardedQuery::to_message(std::uint16_t id) const {
  ByteBuffer message;
  append_u16(message, id);
  append_u16(message, flags_);
  append_u16(message, 1);  // question
  append_u16(message, 0);
  append_u16(message, 0);
  append_u16(message, has_opt_ ? 1 : 0);
  append_bytes(message, question_);
  if (has_opt_) append_bytes(message, OptRecord(dnssec_ok_).bytes());
  return message;
}

bool ForwardedQuery::is_answered_by(Bytes reply, std::uint16_t id) const {
  const std::optional<Header> header = read_header(reply);
  return header && header->id == id && header->is_response() && header->opcode() == 0 &&
         header->questions == 1 && reply.size() >= kHeaderBytes + question_.size() &&
         std::equal(question_.begin(), question_.end() - 4, reply.begin() + kHeaderBytes,
                    is_same_question) &&
         std::equal(
             question_.end() - 4, question_.end(),
             reply.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + question_.size() - 4));
}

std::size_t ForwardedQuery::rewrite_reply(std::span<std::uint8_t> reply) const {
  assert(reply.size() >= kHeaderBytes + question_.size());
  const unsigned kept = read_header(reply)->flags & (Header::kTruncated | kResponseCode);
  put_u16(reply, 0, id_);
  put_u16(reply, 2, Header::kResponse | kRecursionAvailable | flags_ | kept);
  std::copy(question_.begin(), question_.end(), reply.begin() + kHeaderBytes);
  return reply.size() <= size_max_ ? reply.size() : truncate_reply(reply);
}

ByteBuffer ForwardedQuery::failure() const {
  ByteBuffer message = to_message(id_);
  put_u16(message, 2, Header::kResponse | kRecursionAvailable | flags_ | kServerFailure);
  return message;
}

}  // namespace pointsman::dns
