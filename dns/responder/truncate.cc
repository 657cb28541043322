#include "dns/responder/truncate.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "dns/name.h"
#include "dns/record.h"

namespace pointsman::dns {
namespace {

constexpr std::uint8_t kTruncatedBit = 0x02;      // in the header's third byte
constexpr std::uint8_t kResponseCodeBits = 0x0f;  // in its fourth
constexpr std::size_t kQuestionCount = 5;         // the count's lower byte
constexpr std::size_t kQuestionTail = 4;          // type and class

// 0: no whole question stands there.
std::size_t question_size(Bytes reply) {
  const Bytes behind_header = reply.subspan(kHeaderBytes);
  if (reply[kQuestionCount] != 1) return 0;
  const std::optional<Name> name = Name::read(behind_header);
  const std::size_t size = name ? name->wire().size() + kQuestionTail : 0;
  return size <= behind_header.size() ? size : 0;
}

}  // namespace

std::size_t truncate_reply(std::span<std::uint8_t> reply) {
  assert(reply.size() >= kHeaderBytes);
  const std::size_t question = question_size(reply);
  reply[2] |= kTruncatedBit;
  reply[3] &= static_cast<std::uint8_t>(~kResponseCodeBits);
  std::fill(reply.begin() + 4, reply.begin() + kHeaderBytes, std::uint8_t{0});
  reply[kQuestionCount] = question > 0 ? 1 : 0;
  return kHeaderBytes + question;
}

}  // namespace pointsman::dns
