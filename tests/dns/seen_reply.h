// A reply as ldns reads it, which shares no code with the responder; and what ldns does not tell,
// the order and sizes of the records, by a walk over the bytes.
#pragma once

#include <ldns/ldns.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "support/hex_text.h"

namespace pointsman::test {

using Lines = std::vector<std::string>;

struct SeenReply {
  std::string rcode;  // "NOERROR", "BADVERS"
  std::string flags;  // "aa rd", those but qr
  unsigned opcode = 0;
  bool has_question = false;
  Lines answers, authority, additional;  // "web.service.hap.test. 5 IN A 10.0.0.1"; OPT left out
  bool has_opt = false;
  bool opt_last = false;
  bool dnssec_ok = false;
  unsigned payload = 0;
  unsigned version = 0;
  unsigned edns_flags = 0;
  std::string options;  // in hex
  std::vector<std::size_t> record_ends;
};

namespace seen {

struct Free {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};

inline std::string text_of(const ldns_rr* record) {
  char* const raw = ldns_rr2str(record);
  std::string text = raw;
  std::free(raw);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text) {
    if (c == '\t') c = ' ';
  }
  return text;
}

inline Lines lines_of(const ldns_rr_list* records) {
  Lines lines;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) {
    lines.push_back(text_of(ldns_rr_list_rr(records, i)));
  }
  return lines;
}

inline std::size_t skip_name(Bytes bytes, std::size_t at) {
  while (bytes[at] != 0 && bytes[at] < 0xc0) at += 1u + bytes[at];
  return bytes[at] == 0 ? at + 1 : at + 2;
}

inline unsigned u16_at(Bytes bytes, std::size_t at) {
  if (at + 2 > bytes.size()) FAIL("a record passes the end of the reply");
  return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]);
}

// Record ends, and what OPT says.
inline void walk(Bytes bytes, SeenReply& reply) {
  std::size_t at = 12;
  if (u16_at(bytes, 4) == 1) at = skip_name(bytes, at) + 4;
  const unsigned records = u16_at(bytes, 6) + u16_at(bytes, 8) + u16_at(bytes, 10);
  for (unsigned i = 0; i < records; ++i) {
    const std::size_t fixed = skip_name(bytes, at);
    reply.opt_last = u16_at(bytes, fixed) == 41;
    if (reply.opt_last) {
      if (reply.has_opt || fixed != at + 1) FAIL("a second OPT, or one that is not the root's");
      reply.has_opt = true;
      reply.payload = u16_at(bytes, fixed + 2);
      reply.version = bytes[fixed + 5];
      reply.edns_flags = u16_at(bytes, fixed + 6);
      reply.dnssec_ok = (reply.edns_flags & 0x8000) != 0;
      reply.options = to_hex(bytes.subspan(fixed + 10, u16_at(bytes, fixed + 8)));
    }
    at = fixed + 10 + u16_at(bytes, fixed + 8);
    reply.record_ends.push_back(at);
  }
  CHECK(at == bytes.size());
}

inline std::string flags_of(const ldns_pkt* packet) {
  std::string flags;
  const auto add = [&flags](bool set, const char* name) {
    if (set) flags += (flags.empty() ? "" : " ") + std::string(name);
  };
  add(ldns_pkt_aa(packet), "aa");
  add(ldns_pkt_tc(packet), "tc");
  add(ldns_pkt_rd(packet), "rd");
  add(ldns_pkt_ra(packet), "ra");
  add(ldns_pkt_ad(packet), "ad");
  add(ldns_pkt_cd(packet), "cd");
  return flags;
}

inline std::string rcode_name(unsigned rcode) {
  switch (rcode) {
    case 0:
      return "NOERROR";
    case 1:
      return "FORMERR";
    case 2:
      return "SERVFAIL";
    case 3:
      return "NXDOMAIN";
    case 4:
      return "NOTIMP";
    case 5:
      return "REFUSED";
    case 16:
      return "BADVERS";
    default:
      return std::to_string(rcode);
  }
}

}  // namespace seen

inline SeenReply read_reply(Bytes bytes) {
  ldns_pkt* raw = nullptr;
  const ldns_status status = ldns_wire2pkt(&raw, bytes.data(), bytes.size());
  INFO(to_hex(bytes));
  REQUIRE(std::string(ldns_get_errorstr_by_id(status)) == ldns_get_errorstr_by_id(LDNS_STATUS_OK));
  const std::unique_ptr<ldns_pkt, seen::Free> packet(raw);
  SeenReply reply;
  seen::walk(bytes, reply);
  CHECK(ldns_pkt_qr(raw));
  CHECK((bytes[3] & 0x40) == 0);  // Z, which ldns passes over
  reply.rcode = seen::rcode_name(static_cast<unsigned>(ldns_pkt_get_rcode(raw)) |
                                 static_cast<unsigned>(ldns_pkt_edns_extended_rcode(raw)) << 4);
  reply.flags = seen::flags_of(raw);
  reply.opcode = static_cast<unsigned>(ldns_pkt_get_opcode(raw));
  reply.has_question = ldns_pkt_qdcount(raw) == 1;
  reply.answers = seen::lines_of(ldns_pkt_answer(raw));
  reply.authority = seen::lines_of(ldns_pkt_authority(raw));
  reply.additional = seen::lines_of(ldns_pkt_additional(raw));
  return reply;
}

}  // namespace pointsman::test
