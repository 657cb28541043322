#include "dns/message.h"

#include "dns/option.h"
#include "dns/record.h"

namespace pointsman::dns {
namespace {

bool read_question(WireCursor& cursor, Bytes message, Query& query) {
  const std::size_t start = cursor.offset();
  const std::optional<Name> name = Name::read(message.subspan(start));
  if (!name) return false;
  cursor.bytes(name->wire().size());
  const std::uint16_t type = cursor.u16();
  const std::uint16_t qclass = cursor.u16();
  if (!cursor.ok()) return false;
  query.name = *name;
  query.type = type;
  query.qclass = qclass;
  query.question = message.subspan(start, cursor.offset() - start);
  return true;
}

// An owner's name may end in a pointer to something before it, which nobody follows.
bool skip_owner(WireCursor& cursor) {
  const std::size_t start = cursor.offset();
  for (std::size_t labels = 0; labels < limits::kDnsNameBytes / 2 + 1; ++labels) {
    const std::uint8_t length = cursor.u8();
    if (!cursor.ok()) return false;
    if (length == 0) return cursor.offset() - start <= limits::kDnsNameBytes;
    if (length >= kPointerBits >> 8) {
      const std::size_t target = ((length & 0x3fu) << 8) | cursor.u8();
      return cursor.ok() && target >= kHeaderBytes && target < start;
    }
    if (length > limits::kDnsLabelBytes) return false;
    cursor.bytes(length);
  }
  return false;
}

bool read_opt(WireCursor& cursor, Edns& edns) {
  edns.payload_size = cursor.u16();
  cursor.u8();  // the rcode's upper bits, which mean nothing in a query
  edns.version = cursor.u8();
  edns.dnssec_ok = (cursor.u16() & kDnssecOkFlag) != 0;
  const Bytes options = cursor.bytes(cursor.u16());
  if (!cursor.ok()) return false;
  edns.present = true;
  return edns.version != 0 || read_options(options, edns);
}

bool read_additional(WireCursor& cursor, Bytes message, Query& query) {
  const bool at_root = !cursor.at_end() && message[cursor.offset()] == 0;
  if (!skip_owner(cursor)) return false;
  if (cursor.u16() == type::kOpt) {
    return at_root && !query.edns.present && read_opt(cursor, query.edns);
  }
  cursor.u16();
  cursor.u32();
  cursor.bytes(cursor.u16());
  return cursor.ok();
}

}  // namespace

std::optional<Header> read_header(Bytes message) {
  if (message.size() < kHeaderBytes) return std::nullopt;
  const auto u16_at = [message](std::size_t place) {
    return static_cast<std::uint16_t>((message[place] << 8) | message[place + 1]);
  };
  return Header{u16_at(0), u16_at(2), u16_at(4), u16_at(6), u16_at(8), u16_at(10)};
}

bool read_query(Bytes message, Query& query) {
  const std::optional<Header> header = read_header(message);
  if (!header) return false;
  query.header = *header;
  WireCursor cursor(message);
  cursor.bytes(kHeaderBytes);
  if (header->questions > 1) return false;  // RFC 9619
  if (header->questions == 1 && !read_question(cursor, message, query)) return false;
  if (header->answers > 0 || header->authorities > 0) return false;
  for (unsigned left = header->additionals; left > 0; --left) {
    if (!read_additional(cursor, message, query)) return false;
  }
  return true;
}

}  // namespace pointsman::dns
