#include "dns/reverse.h"

#include <cassert>
#include <charconv>

namespace pointsman::dns {
namespace {

constexpr unsigned kMappedBits = 96;  // before an IPv4 address in its mapped form

// How an address is cut into labels, the first of them nearest to the root.
struct Layout {
  unsigned first_bit = 0;
  unsigned label_bits = 4;
  int base = 16;
  std::string_view suffix = "ip6.arpa";
};
constexpr Layout kV4{kMappedBits, 8, 10, "in-addr.arpa"};
constexpr Layout kV6{};

const Layout& layout_of(const IpNetwork& network) {
  return network.address.is_v4() && network.bits >= kMappedBits ? kV4 : kV6;
}

unsigned label_value(const IpAddress& address, unsigned bit, const Layout& layout) {
  const unsigned byte = address.bytes[bit / 8];
  return layout.label_bits == 8 ? byte : bit % 8 == 0 ? byte >> 4 : byte & 15;
}

// The labels of the address's first `bits` bits, a multiple of the label's.
Name name_of(const IpAddress& address, unsigned bits, const Layout& layout) {
  Name name = *Name::parse(layout.suffix);
  for (unsigned bit = layout.first_bit; bit < bits; bit += layout.label_bits) {
    std::array<char, 3> digits{};
    const auto [end, failure] =
        std::to_chars(digits.begin(), digits.end(), label_value(address, bit, layout), layout.base);
    const bool fits = name.prepend(
        std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    assert(failure == std::errc() && fits);  // 32 labels of one byte at most
    static_cast<void>(fits);
  }
  return name;
}

}  // namespace

Name reverse_name(const IpAddress& address) {
  return name_of(address, 128, layout_of({address, 128}));
}

std::vector<Name> reverse_apexes(const IpNetwork& network) {
  const Layout& layout = layout_of(network);
  const unsigned past = (network.bits - layout.first_bit) % layout.label_bits;
  const unsigned open_bits = past == 0 ? 0 : layout.label_bits - past;  // of the last label
  const unsigned bits = network.bits + open_bits;
  std::vector<Name> apexes;
  for (unsigned value = 0; value < 1u << open_bits; ++value) {
    IpAddress address = network.address;
    if (open_bits > 0) {
      const unsigned shift = bits % 8 == 0 ? 0 : 4;
      auto& byte = address.bytes[(bits - 1) / 8];
      byte = static_cast<std::uint8_t>(byte | value << shift);
    }
    apexes.push_back(name_of(address, bits, layout));
  }
  return apexes;
}

}  // namespace pointsman::dns
