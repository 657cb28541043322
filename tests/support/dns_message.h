// DNS messages for tests: queries from what a person would write, and the parts of replies that
// tests look at.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/wire_cursor.h"
#include "dns/name.h"
#include "dns/record.h"

namespace pointsman::test {

struct QueryOptions {
  std::uint16_t id = 0x1234;
  bool recursion = false;
  int opt_size = -1;        // -1: no OPT
  ByteBuffer options = {};  // of OPT
};

inline std::uint16_t type_number(const std::string& type) {
  static const std::map<std::string, std::uint16_t> numbers{
      {"A", 1},    {"NS", 2},    {"CNAME", 5}, {"SOA", 6},  {"PTR", 12},
      {"TXT", 16}, {"AAAA", 28}, {"SRV", 33},  {"ANY", 255}};
  return numbers.at(type);
}

// "WeB.service.hap.test", case kept.
inline ByteBuffer name_bytes(const std::string& name) {
  ByteBuffer bytes;
  std::size_t at = 0;
  while (at < name.size()) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    bytes.push_back(static_cast<std::uint8_t>(dot - at));
    append_bytes(bytes, as_bytes(name).subspan(at, dot - at));
    at = dot + 1;
  }
  bytes.push_back(0);
  return bytes;
}

// "web.service.hap.test A"
inline ByteBuffer dns_query(const std::string& question, const QueryOptions& options = {}) {
  const std::size_t space = question.rfind(' ');
  ByteBuffer message;
  append_u16(message, options.id);
  append_u16(message, options.recursion ? 0x0100 : 0);
  append_u16(message, 1);
  append_u16(message, 0);
  append_u16(message, 0);
  append_u16(message, options.opt_size >= 0 ? 1 : 0);
  append_bytes(message, name_bytes(question.substr(0, space)));
  append_u16(message, type_number(question.substr(space + 1)));
  append_u16(message, 1);
  if (options.opt_size >= 0) {
    message.push_back(0);
    append_u16(message, 41);
    append_u16(message, static_cast<std::uint16_t>(options.opt_size));
    append_u32(message, 0);
    append_u16(message, static_cast<std::uint16_t>(options.options.size()));
    append_bytes(message, options.options);
  }
  return message;
}

// A message with its two bytes of length, as TCP carries it.
inline ByteBuffer framed(Bytes message) {
  ByteBuffer bytes;
  append_u16(bytes, static_cast<std::uint16_t>(message.size()));
  append_bytes(bytes, message);
  return bytes;
}

struct DnsReply {
  explicit DnsReply(Bytes message) : size(message.size()), bytes(message.begin(), message.end()) {
    WireCursor cursor(message);
    id = cursor.u16();
    flags = cursor.u16();
    questions = cursor.u16();
    answers = cursor.u16();
    authorities = cursor.u16();
    additionals = cursor.u16();
    if (!cursor.ok()) throw std::runtime_error("less than a header");
  }

  unsigned rcode() const { return flags & 15u; }
  bool is_response() const { return (flags & 0x8000) != 0; }
  bool authoritative() const { return (flags & 0x0400) != 0; }
  bool truncated() const { return (flags & 0x0200) != 0; }
  bool recursion_available() const { return (flags & 0x0080) != 0; }
  // Whether these bytes stand where the question does.
  bool has_question_of(Bytes query) const {
    const Bytes name_on = query.subspan(12);
    const auto end = std::find(name_on.begin(), name_on.end(), 0) + 5;
    return questions == 1 &&
           bytes.size() >= 12u + static_cast<std::size_t>(end - name_on.begin()) &&
           std::equal(name_on.begin(), end, bytes.begin() + 12);
  }

  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;
  std::size_t size = 0;
  ByteBuffer bytes;
};

}  // namespace pointsman::test
