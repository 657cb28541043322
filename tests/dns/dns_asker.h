// Asks the responder about the reference zones. By default as a client on this machine by UDP.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "dns/answer.h"
#include "dns/dns_query.h"
#include "dns/reference_zones.h"
#include "dns/seen_reply.h"

namespace pointsman::test {

struct DnsAsker {
  dns::Asker asker{.datagram_max = 65507, .address = ip("198.51.100.100")};
  dns::AnswerOptions options;
  const dns::Zones* zones = &reference_zones();
  dns::Reply reply;  // to the last query
  ByteBuffer bytes;

  dns::Reply send(Bytes query) {
    ByteBuffer out(dns::kReplyBytesMax);
    reply = dns::answer(*zones, options, query, asker, out);
    CHECK(reply.size <= out.size());
    bytes.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(reply.size));
    return reply;
  }

  SeenReply ask(Bytes query) {
    REQUIRE(send(query).act == dns::Reply::Act::kSend);
    const SeenReply seen = read_reply(bytes);
    CHECK(bytes[0] == query[0]);
    CHECK(bytes[1] == query[1]);
    CHECK(seen.rcode == seen::rcode_name(reply.rcode));
    CHECK((seen.flags.find("tc") != std::string::npos) == reply.truncated);
    if (seen.has_opt) CHECK(seen.opt_last);
    return seen;
  }

  SeenReply ask(const std::string& text) {
    const DnsQuery query(text);
    const SeenReply seen = ask(query.bytes());
    if (seen.has_question) {
      const ByteBuffer question = query.question();
      CHECK(to_hex(Bytes(bytes).subspan(12, question.size())) == to_hex(question));
    }
    CHECK(seen.has_opt == query.edns);
    return seen;
  }

  static DnsAsker by_tcp() {
    DnsAsker client;
    client.asker.over_tcp = true;
    return client;
  }
};

inline SeenReply ask(const std::string& text) { return DnsAsker().ask(text); }

// The rcode, then what stands in the answer section, for short tests.
inline Lines outcome(const SeenReply& seen) {
  Lines lines{seen.rcode};
  lines.insert(lines.end(), seen.answers.begin(), seen.answers.end());
  return lines;
}

inline const std::string kSoaOfHap =
    "hap.test. 5 IN SOA ns1.hap.test. hostmaster.hap.test. 2024 60 30 86400 5";
inline const std::string kSoaOfVh =
    "vh.test. 5 IN SOA ns1.hap.test. hostmaster.vh.test. 2024 60 30 86400 5";

}  // namespace pointsman::test
