// Any bytes as a DNS message, the first of them saying how it came. Whatever it is, the reply is
// within its size, echoes the question, and consists of whole records.
#include <algorithm>
#include <vector>

#include "dns/answer.h"
#include "dns/zone_builder.h"
#include "require.h"

using namespace pointsman;

namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

const dns::Zones& zones() {
  static const dns::BuiltZones built = [] {
    registry::Revision revision;
    for (int i = 0; i < 60; ++i) {
      const std::string text = (i % 3 == 0 ? "fd00::" : "10.0.0.") + std::to_string(i + 1);
      revision.services["big"].instances.push_back({"i" + std::to_string(i), address(text), 80});
    }
    revision.services["web"].instances = {{"i1", address("10.0.0.1"), 80, 100, {"t"}}};
    dns::ZoneSpec spec;
    spec.zones = {"a.t", "v.t"};
    spec.nameservers = {{"ns.a.t", {address("10.0.0.53")}}};
    spec.reverse = {IpNetwork::parse("10.0.0.0/24").value()};
    spec.gateways = {{"g", {"g.v.t", "v.t", "*.w.v.t"}, 80, {address("10.0.0.80")}},
                     {"l", {"l.v.t"}, 0, {}, "m.v.t"},
                     {"m", {"m.v.t"}, 0, {}, "l.v.t"},
                     {"e", {"e.v.t"}, 0, {}, "nope.a.t"}};
    return dns::build_zones(spec, revision);
  }();
  return *built.zones;
}

unsigned u16_at(Bytes bytes, std::size_t at) {
  require(at + 2 <= bytes.size());
  return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]);
}

// Past the name at `at`, whose pointers lead back to names.
std::size_t skip_name(Bytes bytes, std::size_t at) {
  for (;;) {
    require(at < bytes.size());
    if (bytes[at] >= 0xc0) {
      require((u16_at(bytes, at) & 0x3fff) < at);
      return at + 2;
    }
    require(bytes[at] <= 63);
    if (bytes[at] == 0) return at + 1;
    at += 1u + bytes[at];
  }
}

void check_records(Bytes reply) {
  std::size_t at = 12;
  require(u16_at(reply, 4) <= 1);
  if (u16_at(reply, 4) == 1) at = skip_name(reply, at) + 4;
  unsigned left = u16_at(reply, 6) + u16_at(reply, 8) + u16_at(reply, 10);
  for (; left > 0; --left) {
    const std::size_t fixed = skip_name(reply, at);
    if (u16_at(reply, fixed) == 41) require(left == 1 && fixed == at + 1);
    at = fixed + 10 + u16_at(reply, fixed + 8);
  }
  require(at == reply.size());
}

void check_reply(const dns::Reply& reply, Bytes bytes, Bytes query, const dns::Asker& asker,
                 bool cookies) {
  const std::size_t limit = asker.over_tcp ? 65535 : std::max<std::size_t>(asker.datagram_max, 512);
  require(bytes.size() >= 12 && bytes.size() <= limit);
  require(bytes[0] == query[0] && bytes[1] == query[1]);
  require((bytes[2] & 0x80) != 0 && (bytes[2] & 0x78) == (query[2] & 0x78));
  require((bytes[3] & 0xf0) == 0);
  require(reply.truncated == ((bytes[2] & 2) != 0));
  if (u16_at(bytes, 4) == 1) {
    const std::size_t end = skip_name(bytes, 12) + 4;
    require(end <= query.size() &&
            std::equal(bytes.begin() + 12, bytes.begin() + static_cast<std::ptrdiff_t>(end),
                       query.begin() + 12));
  }
  check_records(bytes);
  const bool is_error = reply.rcode != 0 && reply.rcode != 3;
  if (is_error && !cookies && !asker.over_tcp) require(bytes.size() <= query.size() + 11);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  dns::Asker asker;
  asker.over_tcp = (data[0] & 1) != 0;
  asker.may_forward = (data[0] & 2) != 0;
  asker.datagram_max = (data[0] & 4) != 0 ? 1232 : 65507;
  asker.address = address((data[0] & 8) != 0 ? "fd00::1" : "10.0.0.1");
  dns::AnswerOptions options;
  options.cookies = (data[0] & 16) != 0;
  if ((data[0] & 32) != 0) options.nsid = options.version = options.id_server = "agent";
  // A copy of just this size, so that a sanitizer sees what is read beyond it.
  const std::vector<std::uint8_t> query(data + 1, data + size);
  static std::vector<std::uint8_t> out(dns::kReplyBytesMax);
  const dns::Reply reply = dns::answer(zones(), options, query, asker, out);
  const bool answerable = query.size() >= 12 && (query[2] & 0x80) == 0;
  require(answerable == (reply.act != dns::Reply::Act::kSilence));
  if (reply.act != dns::Reply::Act::kSend) return 0;
  check_reply(reply, Bytes(out).first(reply.size), query, asker, options.cookies);
  return 0;
}
