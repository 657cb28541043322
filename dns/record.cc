#include "dns/record.h"

#include <algorithm>

namespace pointsman::dns {
namespace {

// What a secondary would need; nobody transfers these zones, so they are only plausible.
constexpr std::uint32_t kSoaRefresh = 60;
constexpr std::uint32_t kSoaRetry = 30;
constexpr std::uint32_t kSoaExpire = 86400;

constexpr std::size_t kTxtStringBytes = 255;  // its length is one byte

void append_head(ByteBuffer& out, std::uint16_t type, std::uint32_t ttl, std::size_t data_size) {
  const auto byte = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
  const std::array<std::uint8_t, kRecordHeadBytes> head{
      kPointerBits >> 8,    kHeaderBytes,    byte(type >> 8), byte(type),     0,
      dns_class::kIn,       byte(ttl >> 24), byte(ttl >> 16), byte(ttl >> 8), byte(ttl),
      byte(data_size >> 8), byte(data_size)};
  append_bytes(out, head);
}

}  // namespace

void append_address(ByteBuffer& out, std::uint32_t ttl, const IpAddress& address) {
  const Bytes all(address.bytes);
  const Bytes data = address.is_v4() ? all.last(4) : all;
  append_head(out, address.is_v4() ? type::kA : type::kAaaa, ttl, data.size());
  append_bytes(out, data);
}

void append_srv(ByteBuffer& out, std::uint32_t ttl, std::uint16_t weight, std::uint16_t port,
                const Name& target) {
  append_head(out, type::kSrv, ttl, 6 + target.wire().size());
  append_u16(out, 0);  // the priority, which HAProxy ignores
  append_u16(out, weight);
  append_u16(out, port);
  append_bytes(out, as_bytes(target.wire()));
}

void append_name(ByteBuffer& out, std::uint16_t type, std::uint32_t ttl, const Name& target) {
  append_head(out, type, ttl, target.wire().size());
  append_bytes(out, as_bytes(target.wire()));
}

void append_soa(ByteBuffer& out, std::uint32_t ttl, const Soa& soa) {
  append_head(out, type::kSoa, ttl, soa.primary.wire().size() + soa.contact.wire().size() + 20);
  append_bytes(out, as_bytes(soa.primary.wire()));
  append_bytes(out, as_bytes(soa.contact.wire()));
  for (const std::uint32_t value : {soa.serial, kSoaRefresh, kSoaRetry, kSoaExpire, soa.minimum}) {
    append_u32(out, value);
  }
}

void append_txt(ByteBuffer& out, std::uint32_t ttl, std::span<const std::string> strings) {
  const std::size_t head = out.size();
  append_head(out, type::kTxt, ttl, 0);
  const std::size_t start = out.size();
  for (const std::string& text : strings) {
    const Bytes cut = as_bytes(std::string_view(text).substr(0, kTxtStringBytes));
    if (out.size() - start + 1 + cut.size() > limits::kDnsTextBytes) break;
    out.push_back(static_cast<std::uint8_t>(cut.size()));
    append_bytes(out, cut);
  }
  const std::size_t size = out.size() - start;
  out[head + 10] = static_cast<std::uint8_t>(size >> 8);
  out[head + 11] = static_cast<std::uint8_t>(size);
}

}  // namespace pointsman::dns
